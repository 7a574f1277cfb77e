"""What the policies say to one company, as a document to hand over: PDF and DOCX, one, or many in a zip file."""
