"""The engine's desk for sessions: where it is and who we are stands in the environment."""

import json
import os
import urllib.error
import urllib.parse
import urllib.request

PATIENCE = 90  # seconds; a first call waits for a worker


class CarrelError(Exception):
    """What was refused, as Carrel says it. `status` is HTTP's, 0 when there was no answer; `code` is one word for programs."""

    def __init__(self, message, status=0, code=""):
        super().__init__(message)
        self.status = status
        self.code = code


def owner():
    """The name of the person whose session this is."""
    return _variable("CARREL_USER")


def _variable(name):
    value = os.environ.get(name, "")
    if not value:
        raise CarrelError(
            f"{name} is not set (expected: a session that Carrel started; older ones must be started anew)"
        )
    return value


# Never by a proxy that somebody may have set for the internet.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(method, path, body=None, timeout=PATIENCE):
    """Asks, and returns the answer's content type and bytes."""
    token = f"session.{_variable('CARREL_SESSION')}.{_variable('JUPYTER_TOKEN')}"
    request = urllib.request.Request(
        _variable("CARREL_DESK") + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"token {token}", "Content-Type": "application/json", "Host": "localhost"},
    )
    try:
        with _OPENER.open(request, timeout=timeout) as answer:
            return answer.headers.get_content_type(), answer.read()
    except urllib.error.HTTPError as refused:
        raise _refusal(refused) from None
    except OSError as away:
        raise CarrelError(f"Carrel does not answer: {away}. Please try again in a moment.") from None


def _refusal(refused):
    text = refused.read(1 << 20).decode("utf-8", "replace")
    try:
        told = json.loads(text)
        error = told.get("error") if isinstance(told.get("error"), dict) else told
        message = str(error.get("message", text))
        trace = error.get("traceback") or told.get("traceback")
        return CarrelError(message + (f"\n\n{trace}" if trace else ""), refused.code, str(error.get("code", "")))
    except (ValueError, AttributeError):
        return CarrelError(f"{refused.code}: {text[:500]}", refused.code)


def path(*parts):
    """A path of these parts, each percent-encoded."""
    return "/" + "/".join(urllib.parse.quote(str(part), safe="") for part in parts)
