"""What a student reads: one page, everything in it escaped."""

import re
from typing import Any

import jinja2
import markupsafe
import numpy as np

from rnncourse.grading.assignment import Assignment
from rnncourse.grading.compare import as_array
from rnncourse.grading.exercise import draw
from rnncourse.grading.marks import Result

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
      content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Feedback: {{ name }}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem;
       color: #1b1b1b; background: #fff }
h2 { margin-top: 2rem; border-bottom: 1px solid #999 }
.points { float: right; font-weight: normal }
.hint { border-left: 4px solid #0072b2; padding-left: .8rem }
pre { background: #f3f3f3; padding: .6rem; overflow-x: auto; white-space: pre-wrap }
li.wrong { color: #a02c00 }
@media (prefers-color-scheme: dark) {
  body { color: #eee; background: #181818 } pre { background: #2a2a2a } li.wrong { color: #ff9d70 }
}
</style>
</head>
<body>
<h1>{{ name }}</h1>
{% if result.status == "graded" %}
<p><strong>{{ "%g"|format(result.points) }} of {{ "%g"|format(out_of) }} points</strong></p>
{% else %}
<p><strong>This submission could not be graded:</strong> {{ result.problem }}</p>
{% endif %}
{% if result.notes %}
<ul>{% for note in result.notes %}<li>{{ note }}</li>{% endfor %}</ul>
{% endif %}
{% for mark in result.marks %}
<h2><code>{{ mark.function }}</code>
<span class="points">{{ "%g"|format(mark.points) }} of {{ "%g"|format(mark.out_of) }}</span></h2>
<p>{{ mark.state|capitalize }}{{ ", but it follows from your earlier answer" if mark.followed }}.
</p>
{% if mark.hint %}<p class="hint">{{ mark.hint|code }}</p>{% endif %}
<ul>
{% for case, wrong in (mark.cases if inputs[mark.function] else mark.told()).items() %}
<li class="{{ 'wrong' if wrong else 'right' }}">{{ case }}: {{ wrong or "right" }}
{% if inputs[mark.function] %}<pre>{{ inputs[mark.function][case] }}</pre>{% endif %}</li>
{% endfor %}
</ul>
{% if mark.printed %}<p>Your code printed:</p><pre>{{ mark.printed }}</pre>{% endif %}
{% endfor %}
</body>
</html>
"""


def _code(text: str) -> markupsafe.Markup:
    """Escape a hint and set what stands between backticks as code."""
    return markupsafe.Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(markupsafe.escape(text))))


_ENVIRONMENT = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
_ENVIRONMENT.filters["code"] = _code


def page(assignment: Assignment, result: Result, seeds: dict[str, bytes] | None = None) -> str:
    """Return a student's feedback as an HTML page.

    Parameters
    ----------
    assignment : Assignment
    result : Result
    seeds : dict of str to bytes, optional
        The student's seeds. Given, the page shows the inputs of each case:
        for after the due date.
    """
    inputs: dict[str, Any] = {e.function: {} for e in assignment.exercises}
    if seeds is not None:
        for exercise in assignment.exercises:
            drawn = draw(exercise, seeds[exercise.function])
            inputs[exercise.function] = {
                case: "\n".join(f"{k} = {_short(v)}" for k, v in arguments.items())
                for case, arguments in drawn.items()
            }
    out_of = sum(assignment.points(e.function) for e in assignment.exercises)
    return _ENVIRONMENT.from_string(_PAGE).render(
        name=assignment.name, result=result, out_of=out_of, inputs=inputs
    )


def _short(value: Any) -> str:
    if hasattr(value, "shape"):
        return np.array2string(as_array(value), precision=6, threshold=100, separator=", ")
    return repr(value)[:1000]
