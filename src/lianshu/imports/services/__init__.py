"""Writing of the importer: what people ask (`requests`), the check, the writing of rows."""
