# make demo    the whole chain on toy scenes (CPU): pretrain, export, transfer, report
# make test    the test suite            make check   ruff and mypy
# make doctor  is this machine ready?    make clean   remove the environment
# make gpu OUT=FOLDER   every number that needs a GPU, JSON files in FOLDER (2 x MINUTES=4)
VENV := .venv/bin
# Bytecode is kept: a run starts in 5 s with it, 13 s without.
unexport PYTHONDONTWRITEBYTECODE
export PATH := $(CURDIR)/$(VENV):$(PATH)
JOBS ?= 2
OUT ?= runs/gpu
MINUTES ?= 4

.PHONY: demo test check doctor gpu clean
demo: .venv/ready
	@OMP_NUM_THREADS=1 snakemake --snakefile transfer/Snakefile --configfile transfer/suites/demo.yaml \
		--cores $(JOBS) --quiet rules
	@echo "open runs/demo/report/index.html"

test: .venv/ready
	@OMP_NUM_THREADS=1 pytest -n $(JOBS)

check: .venv/ready
	ruff check .
	ruff format --check .
	mypy

doctor: .venv/ready
	@python -m transfer.doctor

gpu: .venv/ready
	@python -m pretrain.benchmark gpu $(OUT) --minutes $(MINUTES)
	@python -m transfer.benchmark gpu $(OUT) --minutes $(MINUTES)

.venv/ready: pyproject.toml constraints.txt setup.sh
	./setup.sh
	@touch $@

clean:
	rm -rf .venv .uv
