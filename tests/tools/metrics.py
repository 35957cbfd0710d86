#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Metrics of a relay as a scraper sees them: the format, who gets in, and what they do not tell."""
import http.client
import math
import os
import re
import signal
import subprocess
import sys
import tempfile

BIN = os.path.abspath(sys.argv[1])
RELAY = os.path.join(BIN, "allswell-relay")
WORK = tempfile.TemporaryDirectory()
HOME = os.path.join(WORK.name, "r")
os.environ.update(HOME=WORK.name, XDG_DATA_HOME=os.path.join(WORK.name, "data"), TZ="UTC")
LABEL = "the-neighbour"


def relay(*words):
    return subprocess.run([RELAY, "--home", HOME, *words], capture_output=True, text=True,
                          timeout=60, check=False)


class Running:
    """A relay that runs; `port` is that of its metrics."""

    def __init__(self, *options):
        self.err = os.path.join(WORK.name, "err")
        with open(self.err, "w", encoding="utf-8") as err:
            self.process = subprocess.Popen(
                [RELAY, "--home", HOME, "run", "--listen", "127.0.0.1:0", *options],
                stdout=subprocess.PIPE, stderr=err, text=True)
        self.line = self.process.stdout.readline().strip()
        self.port = None
        while self.port is None:
            with open(self.err, encoding="utf-8") as err:
                found = re.search(r"^Metrics are at http://\S+:(\d+)/metrics$", err.read(), re.M)
            assert found or self.process.poll() is None
            self.port = int(found[1]) if found else None

    def get(self, path="/metrics", method="GET", body=None, **headers):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        link.request(method, path, body=body,
                     headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = link.getresponse()
        text = answer.read().decode()
        link.close()
        return answer.status, dict(answer.getheaders()), text

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0


def parse(text):
    """Text format 0.0.4, and no more than this relay needs of it: families are whole, HELP and
    TYPE come first and once, no sample twice, a histogram adds up. Returns samples by name."""
    assert text.endswith("\n") and "\r" not in text
    families, samples, family = {}, {}, None
    for line in text[:-1].split("\n"):
        found = re.fullmatch(r"# HELP ([a-z_]+) ([A-Z1][^\n\\]*\.)", line)
        if found:
            family = found[1]
            assert family not in families, line
            families[family] = None
            continue
        found = re.fullmatch(r"# TYPE ([a-z_]+) (counter|gauge|histogram)", line)
        if found:
            assert found[1] == family and families[family] is None, line
            families[family] = found[2]
            continue
        found = re.fullmatch(r'([a-z_]+)(\{([a-z]+)="([^"\\\n]*)"\})? ([0-9.e+-]+)', line)
        assert found, line
        name, label, value = found[1], found[3], float(found[5])
        kind = families[family]
        if kind == "histogram":
            assert name in {family + end for end in ("_bucket", "_sum", "_count")}, line
        else:
            assert name == family, line
        assert kind != "counter" or name.endswith("_total"), line
        assert label in {None, "le", "reason", "version"}, line
        assert math.isfinite(value) and value >= 0, line
        key = name + (found[2] or "")
        assert key not in samples, line
        samples[key] = value
    for family, kind in families.items():
        assert family.startswith("allswell_relay_") and kind, family
        if kind == "histogram":
            buckets = [v for k, v in samples.items() if k.startswith(family + "_bucket")]
            assert buckets == sorted(buckets) and buckets[-1] == samples[family + "_count"]
            assert family + '_bucket{le="+Inf"}' in samples
    return {name[len("allswell_relay_"):]: value for name, value in samples.items()}


def refused(text, *options):
    done = relay("run", "--listen", "127.0.0.1:0", *options)
    assert done.returncode in (2, 4) and text in done.stderr, (options, done)
    assert done.stderr.count("\n") == 1 and ": " in done.stderr, done.stderr


# What is refused before anything is served.
refused("no address and port in numbers", "--metrics", "localhost:1")
refused("no address and port in numbers", "--metrics", "127.0.0.1:99999")
refused("no address and port in numbers", "--metrics", "")
refused("others can reach the metrics", "--metrics", "0.0.0.0:0")
refused("others can reach the metrics", "--metrics", "[::]:0")
refused("add --metrics-token-file", "--metrics", "0.0.0.0:0", "--metrics-public")
refused("without --metrics", "--metrics-public")
token = os.path.join(WORK.name, "token")
refused("without --metrics", "--metrics-token-file", token)
refused("cannot be read", "--metrics", "127.0.0.1:0", "--metrics-token-file", token)
refused("cannot be read", "--metrics", "127.0.0.1:0", "--metrics-token-file", WORK.name)
for content in ("", "short\n", "x" * 201, "x" * 31, "x" * 20 + " " + "x" * 20, "x" * 4000):
    with open(token, "w", encoding="utf-8") as file:
        os.chmod(token, 0o600)
        file.write(content)
    refused("no line of 32 to 200", "--metrics", "127.0.0.1:0", "--metrics-token-file", token)
with open(token, "w", encoding="utf-8") as file:
    file.write("x" * 32 + "\n")
os.chmod(token, 0o640)
refused("read by others", "--metrics", "127.0.0.1:0", "--metrics-token-file", token)
os.chmod(token, 0o600)

with Running("--metrics", "127.0.0.1:0") as r:
    code, headers, text = r.get()
    assert code == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4")
    before = parse(text)
    # Confined as any relay is, where the build and the kernel know how.
    with open(f"/proc/{r.process.pid}/status", encoding="utf-8") as file:
        state = file.read()
    with open(r.err, encoding="utf-8") as err:
        assert os.environ.get("AW_UNCONFINED") or "Seccomp:\t2\n" in state or \
               "refuses seccomp" in err.read()
    assert before["mailboxes"] == 0 and before["tokens"] == 0 and before["disk_failing"] == 0
    assert before["mailboxes_limit"] == 4096 and before["overdue_seconds"] == 0
    assert before["last_pass_age_seconds"] <= 60
    for reason in ("unknown", "full", "rate", "token", "limit", "disk", "bad"):
        assert before[f'requests_refused_total{{reason="{reason}"}}'] == 0
    # Other paths, other methods, another site's name for this address.
    assert r.get("/")[0] == 404 and r.get("/metrics/")[0] == 404
    assert r.get(method="POST", body="x")[0] in (405, 413)
    assert r.get(method="DELETE")[0] == 405
    assert r.get(Host="metrics.example.org")[0] == 403
    assert r.get(Host="192.0.2.1:80")[0] == 403
    # Somebody does something now: who looks now does not see it.
    assert relay("token", "new", LABEL).returncode == 0
    code, headers, text = r.get()
    after = parse(text)
    now = {name for name in after if name.startswith(("uptime", "last_pass", "overdue", "build"))}
    assert {n: v for n, v in after.items() if n not in now} == \
           {n: v for n, v in before.items() if n not in now}
    # A port in use.
    assert "cannot listen" in relay("run", "--listen", "127.0.0.1:0", "--metrics",
                                    f"127.0.0.1:{r.port}").stderr

with Running("--metrics", "0.0.0.0:0", "--metrics-public", "--metrics-token-file", token) as r:
    assert r.get()[0] == 401
    assert r.get(Authorization="Bearer " + "x" * 31)[0] == 401
    assert r.get(Authorization="Bearer " + "x" * 33)[0] == 401
    assert r.get(Authorization="Basic " + "x" * 32)[0] == 401
    code, headers, text = r.get(Authorization="Bearer " + "x" * 32, Host="relay.example.org")
    assert code == 200
    found = parse(text)
    assert found["tokens"] == 1 and found["quota_mailboxes"] == 64
    # Nobody is named.
    for secret in (LABEL, r.line.split("/")[1], r.line.split("/")[0], HOME, "x" * 32):
        assert secret not in text, secret
    with open(r.err, encoding="utf-8") as err:
        assert "NOT encrypted" in err.read()
