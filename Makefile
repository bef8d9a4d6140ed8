# Two commands to know: `make demo` shows Lianshu, `make test` proves it.
PORT ?= 8000
# The demo never touches a database that the environment names. `exec`: ending make ends the server.
DEMO = exec env -u DATABASE_URL LIANSHU_ENV=demo LIANSHU_VAR="$(CURDIR)/var" \
	LIANSHU_SITE_URL=http://127.0.0.1:$(PORT) .venv/bin/lianshu

.PHONY: help demo test setup lock messages clean

help:
	@echo "make demo      set up and open the demo on http://127.0.0.1:$(PORT) (PORT=… to change it)"
	@echo "make test      set up and run every check: lint, types, contracts, tests, browser"
	@echo "make setup     set up for development, without running anything"
	@echo "make messages  collect texts to translate into src/lianshu/locale"
	@echo "make lock      recompile requirements/*.txt from pyproject.toml (UPGRADE=1: newest versions)"
	@echo "make clean     remove what make built, but not var/ (data)"

demo:
	@sh tools/setup.sh core
	@$(DEMO) manage migrate --verbosity 0
	@$(DEMO) demo load --if-empty
	@$(DEMO) serve --host 127.0.0.1 --port $(PORT)

test: setup
	@.venv/bin/python -m tools.run_tests

setup:
	@sh tools/setup.sh dev

lock: setup
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check uv
	@.venv/bin/python -m tools.lock $(if $(UPGRADE),--upgrade)
	@npm install --package-lock-only --ignore-scripts

messages: setup
	@.venv/bin/python -m tools.messages collect

clean:
	rm -rf .venv node_modules src/lianshu/web/static/vendor build dist src/*.egg-info
