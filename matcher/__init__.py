"""What fits a company: profiles read, measures ranked, quoted and explained. It knows no HTTP and no clock."""
