"""executor: Markdown task files in, proven changes of a GitOps repository out.

Read `executor/workflow.py` first: it is the whole program as one list of stages.
"""

__version__ = "0.1.0"
