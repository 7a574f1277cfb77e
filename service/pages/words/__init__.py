"""The words of the pages, a module an area; each is a table `WORDS` of key to (Chinese, English)."""
