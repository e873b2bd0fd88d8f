# Every command of the course, one line each. `make` alone lists them.
# Each sets up what it needs first (.venv, node_modules, system packages) and does nothing twice.

# The first Python of 3.11 or newer that runs; say `make PYTHON=/path/to/python3.12 …` to choose another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && exit; done; echo python3)
RUN := .venv/bin/python -m
export OMP_NUM_THREADS ?= 1
export PYTHONPATH :=
.DEFAULT_GOAL := help
.PHONY: help setup serve book pdf test release grade scheduler worker sample-class audit mutants bench formgrader doctor lock clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## install everything that the commands below need
	@$(PYTHON) tools/bootstrap.py grading tests

serve: ## build the book and serve it with cells that run: PORT=8000
	@$(PYTHON) tools/bootstrap.py
	@$(RUN) book.serve $(if $(PORT),--port $(PORT))

book: ## build the static site into dist/book
	@$(PYTHON) tools/bootstrap.py
	@$(RUN) book.build

pdf: ## the whole book as one PDF into dist/, and into the site
	@$(PYTHON) tools/bootstrap.py tests
	@$(RUN) book.pdf

test: setup ## run all tests
	@$(RUN) tools.test

release: ## student folders, Gradescope zips and the nbgrader tree into dist/
	@$(PYTHON) tools/bootstrap.py
	@$(RUN) autograder release

grade: ## grade a class: ASSIGNMENT=kmeans SUBMISSIONS=folder-or-zip OUT=graded SCHEDULER=tcp://… (without arguments: a sample class)
	@$(PYTHON) tools/bootstrap.py grading
	@$(RUN) autograder grade $(if $(ASSIGNMENT),--assignment '$(ASSIGNMENT)') $(if $(SUBMISSIONS),--submissions '$(SUBMISSIONS)') $(if $(OUT),--out '$(OUT)') $(if $(SCHEDULER),--scheduler '$(SCHEDULER)')

scheduler: ## lead machines that grade together; prints its address: HOST= PORT=8786 (keep it in a network of your own)
	@$(PYTHON) tools/bootstrap.py
	@$(RUN) dask scheduler $(if $(HOST),--host '$(HOST)') $(if $(PORT),--port '$(PORT)') --no-dashboard

worker: ## grade for a scheduler: SCHEDULER=tcp://host:8786
	@$(if $(SCHEDULER),,$(error say whom to work for: make worker SCHEDULER=tcp://host:8786))
	@$(PYTHON) tools/bootstrap.py grading
	@$(RUN) dask worker '$(SCHEDULER)' --no-dashboard

sample-class: ## write a class of submissions whose fair scores are known: SIZE=60 SEED=0 OUT=sample-class
	@$(PYTHON) tools/bootstrap.py
	@$(RUN) autograder sample-class $(if $(SIZE),--size '$(SIZE)') $(if $(SEED),--seed '$(SEED)') $(if $(OUT),--out '$(OUT)')

audit: ## how good are the tests? misconceptions fail, alternatives pass
	@$(PYTHON) tools/bootstrap.py
	@$(RUN) autograder audit $(ASSIGNMENT)

mutants: ## would the tests notice a small slip? each reference is changed in one place, again and again
	@$(PYTHON) tools/bootstrap.py
	@$(RUN) autograder mutants $(ASSIGNMENT)

bench: setup ## performance against peers, as ratios within one run: SECTIONS="grading pages" FULL=1 (what each measures: tools/bench/__init__.py)
	@$(RUN) tools.bench $(SECTIONS) $(if $(FULL),--full)

formgrader: ## nbgrader's own screens on the graded class: OUT=graded
	@$(PYTHON) tools/bootstrap.py
	@$(RUN) autograder formgrader $(if $(OUT),--out '$(OUT)')

doctor: ## prove from inside that the grader's sandbox holds
	@$(PYTHON) tools/bootstrap.py grading
	@$(RUN) autograder doctor

lock: ## write requirements.txt anew from requirements.in (needs uv)
	uv pip compile requirements.in --universal --python-version 3.11 --upgrade --no-header --no-emit-index-url \
		--no-annotate --generate-hashes --no-strip-extras --output-file requirements.txt

clean: ## remove everything that was made (not .venv and node_modules)
	@rm -rf dist graded sample-class _build .cache .jupyter_cache .pytest_cache .ruff_cache .hypothesis book/demos/_dist book/data/_made
