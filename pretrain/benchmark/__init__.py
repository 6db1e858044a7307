"""What a pretraining step costs, so that every claim about speed can be checked on any machine.

`python -m pretrain.benchmark {step,targets,growth,gpu,cost}`. Everything compared alternates in one
process (A B A B …) after a warm-up; numbers are medians. Data loading is left out.
"""
