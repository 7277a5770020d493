"""The published document, and validators of its schemas."""

from typing import Any

from jsonschema import Draft202012Validator

from adpulse.settings import Settings
from adpulse.web.app import create_app

DOCUMENT = create_app(Settings(database_url="postgresql://nowhere.invalid/none")).openapi()
REPORT = DOCUMENT["paths"]["/report"]["get"]


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """Return a validator of a schema that may name others of the document."""
    whole = {"components": DOCUMENT["components"], **schema}
    Draft202012Validator.check_schema(whole)
    return Draft202012Validator(whole)
