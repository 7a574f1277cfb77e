"""A catalogue in the shapes that others exchange: CPSV-AP of the European Union, the French table of aid schemes."""
