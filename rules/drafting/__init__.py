"""A draft pack out of a document: its sentences read by a grammar of words and figures; a person reviews what it says.

It knows no company and decides nothing: what it cannot say is a manual condition with its quote, or is listed unread.
"""
