"""The published shapes of what is told of a file's columns, as it was read or at a first look."""

from __future__ import annotations

from marshmallow import fields

from service.schemas.answers import OPEN, Answer, closed, many, numeric, one, string, strings
from service.tables.headings import Status
from service.tables.sources import Format


class Failure(Answer):
    """Why a file cannot be used, or why a screening failed."""

    code = string(OPEN)
    message = string()
    hint = string(null=True)


class FileColumn(Answer):
    """One column of a file, and what it was taken for."""

    position = numeric("From 1.", whole=True)
    letter = string("As spreadsheet programs call it; null where columns have no order.", null=True)
    heading = string("As it stands in the file, on one line; a column without one is called by its letter.")
    status = closed(*Status)
    field = string("The field it was read as; also that of a column not used for it.", null=True)
    label = string("The usual heading of the field.", null=True)
    how = closed("exact", "alias", "declared", null=True)
    unit = string("The unit its figures were read in.", null=True)
    unit_assumed = fields.Boolean(required=True, metadata={"description": "No unit was named: figures count as yuan."})
    nearest = string("The known heading that is nearest to one not understood.", null=True)
    left_open = numeric(
        "Rows in which the fact stays unknown though something is written there (a rate without a per-cent "
        "sign, a month without a day); 0 before the file is read.",
        whole=True,
    )
    left_open_rows = fields.List(fields.Integer(), required=True, metadata={"description": "The first of these rows."})


class SampledColumn(FileColumn):
    """One column with its first values."""

    samples = strings("The first different values, shortened.")


class FieldChoice(Answer):
    """What a column may be said to be."""

    field = string()
    label = string("The usual heading of the field.")
    units = strings("The units it may have, in brackets behind the field.")


class FirstLook(Answer):
    """What a first look at a file shows."""

    usable = fields.Boolean(required=True, metadata={"description": "False when the file would be refused."})
    reason = one(Failure, null=True)
    format = closed(*Format, null=True)
    encoding = string(null=True)
    delimiter = string(null=True)
    sheet = string("The sheet that is read.", null=True)
    other_sheets = strings("The names of sheets that hold data too and are not read.")
    heading_line = numeric("The line of the headings, 0 where they stand in none.", null=True, whole=True)
    rows = numeric("At most so many rows; null where that is not cheaply known.", null=True, whole=True)
    columns = many(SampledColumn)
    unread = strings("Headings of columns that were not understood or would not be used.")
    choices = many(FieldChoice)
