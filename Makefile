# make run    the demo corporation on http://127.0.0.1:8000 (sets up what it needs)
# make test   all tests
# make check  lint, types, import rules, translations
# make screenshots  pictures of every page

PYTHON ?= python3
BIN := .venv/bin
INSTANCE ?= instance
DEBIAN_PACKAGES := chromium chromium-driver fonts-dejavu-core libpango-1.0-0 libpangoft2-1.0-0 \
	libharfbuzz-subset0 postgresql webkit2gtk-driver xvfb

.PHONY: run test check programs screenshots

run: .venv/run
	@$(BIN)/enquete demo --if-empty --instance $(INSTANCE)
	@exec $(BIN)/enquete serve --instance $(INSTANCE)

test: .venv/test programs
	@$(BIN)/python -m pytest

check: .venv/dev
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/enquete/test_translate.py tests/forms/test_languages.py

# Pictures of every state of every page, in screenshots/.
screenshots: .venv/test programs
	@SCREENSHOTS=screenshots $(BIN)/python -m pytest -q tests/browser/test_states.py \
		tests/browser/test_screens.py tests/browser/test_languages.py

# What the tests drive. Debian's packages need root; elsewhere pytest names what it skips.
programs:
	@if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		dpkg -s $(DEBIAN_PACKAGES) >/dev/null 2>&1 || { \
			apt-get update -qq && \
			DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
				$(DEBIAN_PACKAGES) >/dev/null; }; \
	fi

.venv/bin/python:
	@$(PYTHON) -m venv .venv

.venv/run: .venv/bin/python pyproject.toml
	@echo "Installing …"
	@$(BIN)/pip install -q --disable-pip-version-check -e .
	@touch $@

.venv/test .venv/dev: .venv/%: .venv/bin/python pyproject.toml
	@echo "Installing …"
	@$(BIN)/pip install -q --disable-pip-version-check -e '.[$*]'
	@touch $@
