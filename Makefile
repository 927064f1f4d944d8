# Short names for `python3 run.py …`, and the making of the catalogues.
PYBABEL = .venv/bin/pybabel
CATALOGUES = preparedness/translations

.PHONY: run test sure bench soak translations openapi migration

run:
	python3 run.py

test:
	python3 run.py test

sure:
	python3 run.py sure

bench:
	python3 run.py bench

soak:
	python3 run.py soak

# French says all. Arabic says what workbooks say: what is new of that is written into its catalogue by hand.
translations:
	$(PYBABEL) extract -F babel.cfg -k _l -k lazy_gettext --add-location=file --sort-by-file --no-wrap \
		--project=Preparedness -o $(CATALOGUES)/messages.pot .
	$(PYBABEL) update -i $(CATALOGUES)/messages.pot -d $(CATALOGUES) -l fr --no-fuzzy-matching --ignore-obsolete --no-wrap
	$(PYBABEL) compile -d $(CATALOGUES)

# What the API takes and answers, as a file that a review can compare.
openapi:
	PREPAREDNESS_INSTANCE=$$(mktemp -d) .venv/bin/python -m tests.api.openapi docs/openapi.json

# make migration SAYS="a date of birth for each plan"
migration:
	.venv/bin/python -m preparedness.migrating $(SAYS)
	.venv/bin/ruff format preparedness/migrations
