"""Long work in a process of its own, so that whoever waits for it can go on, or change their mind.

``JobProcess(Task("ethoprism.jobs.tasks:train", {...}))`` starts it; `poll` gives what it has told
since: `Progress`, and at the end one of `Finished`, `Failed` and `Cancelled`. The process is a
fresh interpreter (`python -m ethoprism.jobs`): a task comes in as a line of JSON on its standard
input, lines of JSON come out, its log goes to standard error. It ends when its input does, so it
never outlives whoever started it.
"""

from ethoprism.jobs.messages import Cancelled, Failed, Finished, Message, Progress, Task
from ethoprism.jobs.process import JobProcess

__all__ = ["Cancelled", "Failed", "Finished", "JobProcess", "Message", "Progress", "Task"]
