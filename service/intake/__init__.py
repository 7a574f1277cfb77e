"""What comes in: profiles, questions and tables, judged field by field and cell by cell. It decides no measure."""
