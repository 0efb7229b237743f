"""The questionnaires that come with the program, as TOML files."""
