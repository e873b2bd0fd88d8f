"""The same as `pool.Pool`, on the machines of a Dask cluster.

    here                                    each worker of Dask               processes of its own, one a thread
    read the files, send as seats get free ─► join: same course? ────────────► sandbox, proof, judge (pool.Worker)
    write results into OUT                 ◄─ grade: give it to a free seat ◄─

    with Cluster(address, settings, assignment) as cluster:
        for outcome in cluster.run(hand_ins): ...

Only this process reads the submissions and writes OUT. What travels is ours: bytes of files, text, results; nothing of a student's is
unpickled anywhere. Each hand-in is pinned to one worker, so that we know whose death it was: when a worker goes, what it was
grading is tried once more elsewhere, and after that it is an infrastructure error, never a zero.
"""

import asyncio
import contextlib
import logging
import queue
import re
import secrets
import shutil
import sys
import tempfile
import threading
import time
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.connection import wait
from pathlib import Path

from autograder import foreign, formgrader, intake, pool, results
from autograder.assignment import Assignment
from autograder.errors import CourseError, GraderFailure
from autograder.intake import HandIn
from autograder.pool import Outcome, Settings, Task, Worker

CONNECT_SECONDS = 10.0
LOOK_SECONDS = 0.5
"""Between two looks at who has come and who has gone."""
WAIT_SECONDS = 60.0
"""How long we wait for a first worker, or for another one when all have gone (Dask's nanny needs a few seconds for a new one)."""
JOIN_SECONDS = 600.0
"""How long a worker that is busy for others may keep us waiting."""
FETCH_SECONDS = 5.0
LEAVE_SECONDS = 15.0
IDLE_SECONDS = 120.0
"""After that long without work a worker ends its sandboxes: whoever gave the work may have been killed."""
_ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+):\d{1,5}")


def check_address(address: str) -> None:
    """Raises CourseError unless it could be the address of a scheduler."""
    if not _ADDRESS.fullmatch(address):
        raise CourseError(f"{address!r} is no address of a Dask scheduler; it looks like tcp://host:8786, or tls://host:8786")


@dataclass(frozen=True)
class Job:
    """What a worker needs to know before it grades."""

    id: str
    settings: Settings
    package: foreign.Package | None
    """Tests and data of an assignment that is none of this course."""
    patience: float
    versions: dict[str, str]
    """Digests of all that a result depends on, as they are here."""


# -------------------------------------------------------------------------------- in a worker of Dask

_rooms: dict[str, "_Room"] = {}
_over: set[str] = set()
"""Jobs that were ended: Dask may start `join` for one of them after all, once `leave` has been and gone."""
_doors = threading.Lock()
_FORGOTTEN = "forgotten"


def join(job: Job) -> str | None:
    """Get ready for a job: start one seat, which proves its isolation. Returns why this worker cannot be used; None when it can."""
    if before := _rooms.get(job.id):
        before.close()
    with _doors:
        if job.id in _over:
            return "the job was ended"
        room = _rooms[job.id] = _Room(job)
    try:
        room.open()
    except CourseError as error:
        room.close()
        return str(error)
    return None


def grade(job: str, task: Task) -> Outcome | str:
    """Grade one hand-in in a free seat. Returns `_FORGOTTEN` where nobody has joined, and why not where no seat can be had."""
    if (room := _rooms.get(job)) is None:
        return _FORGOTTEN
    try:
        return room.use(task)
    except CourseError as error:
        room.close()
        return str(error)


async def leave(job: str) -> None:
    """The job is over, done or not: end every process of it. (Runs in the worker's event loop, which must not be held up.)"""
    with _doors:
        _over.add(job)
        room = _rooms.get(job)
    if room:
        await asyncio.to_thread(room.close)


class _Room:
    """The seats of one job in this worker: as many as Dask gives it threads, each made when it is first needed."""

    def __init__(self, job: Job):
        self.job, self.settings = job, job.settings
        self.folder = Path(tempfile.mkdtemp(prefix="grader-", dir=_local_directory()))
        self.free: list[Worker] = []
        self.taken: list[Worker] = []
        self.lock, self.closed, self.touched = threading.Lock(), threading.Event(), time.monotonic()
        threading.Thread(target=self._close_when_idle, daemon=True).start()

    def open(self) -> None:
        """Raises CourseError when the course here is another one, or its sandbox does not hold."""
        if self.job.package:
            self.settings = replace(self.settings, autograder=self.folder / "assignment")
            foreign.put(self.job.package, self.settings.autograder)
        self.use(None)

    def use(self, task: Task | None) -> Outcome | None:
        """Take a seat, wait until it is ready and done with the task, and give it back. Without a task: see that it would do."""
        seat = self._take()
        try:
            if task:
                seat.give(task)
            while True:
                outcome = seat.poll(self.job.patience)
                if seat.ready and not task:
                    return self._check(seat.versions)
                if outcome:
                    return outcome
                wait([seat.connection], timeout=1.0)
                if self.closed.is_set():
                    raise GraderFailure("the job was ended")
        finally:
            self._give_back(seat)

    def _take(self) -> Worker:
        with self.lock:
            if self.closed.is_set():
                raise GraderFailure("the job was ended")
            seat = self.free.pop() if self.free else Worker(self.settings)
            self.taken.append(seat)
            return seat

    def _give_back(self, seat: Worker) -> None:
        with self.lock:
            self.taken.remove(seat)
            self.touched = time.monotonic()
            if seat.idle and not self.closed.is_set():
                self.free.append(seat)
                return
        seat.stop()
        seat.join()

    def _check(self, here: dict[str, str]) -> None:
        """Raises CourseError when the course on this machine could give other results."""
        there = self.job.versions
        if here["Python"] != there["Python"]:
            raise CourseError(f"it runs Python {here['Python']}, not {there['Python']}, and results could differ; use the same")
        if other := sorted(name for name in {*here, *there} if here.get(name) != there.get(name)):
            names = ", ".join(other)
            raise CourseError(f"other there than here: {names}; bring the course there to the same version and restart the worker")

    def close(self) -> None:
        """End every process; whoever waits for one notices. May be called twice."""
        self.closed.set()
        _rooms.pop(self.job.id, None)
        with self.lock:
            seats, self.free = [*self.free, *self.taken], []
        for seat in seats:
            seat.stop()
        for seat in seats:
            seat.join()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _close_when_idle(self) -> None:
        while not self.closed.wait(IDLE_SECONDS / 10):
            with self.lock:
                idle = not self.taken and time.monotonic() - self.touched > IDLE_SECONDS
            if idle:
                self.close()


def _local_directory() -> str:
    """Dask's own folder for temporary files, which Dask sweeps after a worker that was killed."""
    from distributed import get_worker

    return get_worker().local_directory


# ------------------------------------------------------------------------------- in the main process


@dataclass
class _Member:
    """A worker of Dask, as seen from here."""

    id: str
    seats: int
    since: float = field(default_factory=time.monotonic)
    ready: bool = False
    refused: bool = False


@dataclass
class _Flight:
    """What was sent to a worker and has not come back."""

    future: object
    member: str
    hand_in: HandIn | None
    """None: it was asked to join."""
    deaths: int = 0


class Cluster:
    """The workers of a scheduler; `with Cluster(...) as cluster: for outcome in cluster.run(hand_ins): ...`.

    Raises GraderFailure when the scheduler cannot be reached or is lost, and when no worker can grade.
    """

    def __init__(self, address: str, settings: Settings, assignment: Assignment, package: foreign.Package | None, seconds: float):
        """`seconds` is what one submission may take by its own limits."""
        from autograder import judge

        self.address, self.settings, self.package = address, settings, package
        there = replace(settings, out=None, autograder=None)
        self.job = Job(secrets.token_hex(8), there, package, seconds + pool.SLACK_SECONDS, judge.versions(assignment))
        self.members: dict[str, _Member] = {}
        self.flights: dict[str, _Flight] = {}
        self.again: deque[tuple[HandIn, int]] = deque()
        self.reports: queue.SimpleQueue = queue.SimpleQueue()
        self.waiting: Iterator[HandIn] = iter(())
        self.exhausted = False
        self.reason = ""
        self.sent = 0

    # -------------------------------------------------------------------------------------- life

    def __enter__(self) -> "Cluster":
        self.client = _connect(self.address)
        self.looked, self.hope = 0.0, time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing running on the workers, as far as they can still be reached."""
        with contextlib.suppress(Exception):
            self.client.cancel([flight.future for flight in self.flights.values()])
        leaving = threading.Thread(target=self._leave, daemon=True)
        leaving.start()
        leaving.join(LEAVE_SECONDS)
        self.flights.clear()
        with contextlib.suppress(Exception):
            self.client.close(timeout=FETCH_SECONDS)

    def _leave(self) -> None:
        there = [address for address, member in self.members.items() if not member.refused]
        if there and self.client.status == "running":
            with contextlib.suppress(Exception):
                self.client.run(leave, self.job.id, workers=there, on_error="ignore")

    # -------------------------------------------------------------------------------------- the batch

    def run(self, hand_ins: Iterable[HandIn]) -> Iterator[Outcome]:
        """Outcomes in the order in which they are ready; hand-ins are read and sent only as seats become free."""
        self.waiting = iter(hand_ins)
        while True:
            yield from self._look_around()
            self._fill()
            if self.exhausted and not self.again and not any(flight.hand_in for flight in self.flights.values()):
                return
            with contextlib.suppress(queue.Empty):
                if outcome := self._take(self.reports.get(timeout=LOOK_SECONDS)):
                    yield outcome

    def _look_around(self) -> Iterator[Outcome]:
        """Ask workers that have come to join; take back what was with workers that have gone."""
        now = time.monotonic()
        if now - self.looked < LOOK_SECONDS:
            return
        self.looked = now
        self._check_scheduler()
        try:
            there = self.client.sync(self._workers, callback_timeout=CONNECT_SECONDS)
        except (OSError, TimeoutError):  # busy, or lost: the next look tells
            return
        for address, member in list(self.members.items()):
            if address not in there or there[address]["id"] != member.id:
                del self.members[address]
                yield from self._take_back(address)
        for address, facts in there.items():
            if address not in self.members:
                self.members[address] = _Member(facts["id"], facts["nthreads"])
                self._send(address, None)
        self._check_hope(now)

    async def _workers(self) -> dict[str, dict]:
        """Who is there, asked now (`Client.scheduler_info` may answer from a cache that names nobody)."""
        return (await self.client.scheduler.identity(n_workers=-1))["workers"]

    def _check_scheduler(self) -> None:
        if self.client.status != "running":
            raise GraderFailure(f"{self.address}: the scheduler is gone; what was finished is kept, run it again to go on")

    def _check_hope(self, now: float) -> None:
        """Raises GraderFailure when nobody is left who could grade."""
        for address, member in self.members.items():
            if not (member.ready or member.refused) and now - member.since > JOIN_SECONDS:
                self._refuse(address, f"it was not ready within {JOIN_SECONDS:.0f} s")
        if any(not member.refused for member in self.members.values()):
            self.hope = now
        elif self.members:
            raise GraderFailure(f"{self.address}: no worker of it can grade; {self.reason}")
        elif now - self.hope > WAIT_SECONDS:
            advice = f"start some with `make worker SCHEDULER={self.address}`"
            raise GraderFailure(f"{self.address}: no worker there for {WAIT_SECONDS:.0f} s; {advice}; what was finished is kept")

    def _fill(self) -> None:
        """Something for every free seat."""
        busy: dict[str, int] = {}
        for flight in self.flights.values():
            busy[flight.member] = busy.get(flight.member, 0) + 1
        for address, member in self.members.items():
            while member.ready and not member.refused and busy.get(address, 0) < member.seats:
                hand_in, deaths = self.again.popleft() if self.again else (next(self.waiting, None), 0)
                if hand_in is None:
                    self.exhausted = True
                    return
                self._send(address, hand_in, deaths)
                busy[address] = busy.get(address, 0) + 1

    def _send(self, member: str, hand_in: HandIn | None, deaths: int = 0) -> None:
        self.sent += 1
        key = f"{'grade' if hand_in else 'join'}-{self.job.id}-{self.sent}"
        work = (join, self.job) if hand_in is None else (grade, self.job.id, self._task(hand_in))
        future = self.client.submit(*work, key=key, workers=[member], allow_other_workers=False, pure=False)
        self.flights[key] = _Flight(future, member, hand_in, deaths)
        future.add_done_callback(self.reports.put)

    def _task(self, hand_in: HandIn) -> Task:
        before = results.read(self.settings.out, hand_in.student)
        return Task(replace(hand_in, root=""), intake.fetch(hand_in), before)

    def _take(self, future: object) -> Outcome | None:
        """What a report comes to: an outcome, or another try."""
        flight = self.flights.pop(future.key, None)
        if flight is None:
            return None  # news of what was given up
        if future.status != "finished":
            return self._take_failure(flight)
        try:
            answer = future.result(timeout=FETCH_SECONDS)
        except Exception:  # the worker went between its report and our question, or the scheduler did: the next look tells
            self._check_scheduler()
            self.flights[future.key] = flight
            self.reports.put(future)
            return None
        if flight.hand_in is None:
            return self._joined(flight.member, answer)
        if isinstance(answer, Outcome):
            return self._stored(answer)
        self.again.append((flight.hand_in, flight.deaths))
        if answer == _FORGOTTEN:
            self.members[flight.member].ready = False
            self._send(flight.member, None)
        else:
            self._refuse(flight.member, answer)
        return None

    def _take_failure(self, flight: _Flight) -> Outcome | None:
        """Dask could not run our function there, or lost what it was running."""
        self._check_scheduler()
        if flight.future.status == "error":
            error = flight.future.exception(timeout=FETCH_SECONDS)
            reason = f"it cannot run the course's code ({type(error).__name__}: {str(error)[:200]})"
            self._refuse(flight.member, f"{reason}; start it in the course's folder, with the same version of the course")
        else:
            reason = "the scheduler lost sight of it"
            self.members[flight.member].id = ""  # the next look takes it for another one, and has it join
        return self._once_more(flight, reason)

    def _joined(self, address: str, why_not: str | None) -> None:
        member = self.members[address]
        member.ready = why_not is None
        if why_not is not None:
            self._refuse(address, why_not)

    def _refuse(self, address: str, reason: str) -> None:
        if not self.members[address].refused:
            self.members[address].refused = True
            self.reason = f"{address}: {reason}"
            print(f"autograder grade: a worker is not used: {self.reason}", file=sys.stderr, flush=True)

    def _take_back(self, address: str) -> Iterator[Outcome]:
        """What was with a worker that has gone."""
        for key, flight in list(self.flights.items()):
            if flight.member == address:
                del self.flights[key]
                flight.future.cancel()
                if outcome := self._once_more(flight, f"the worker {address} died"):
                    yield outcome

    def _once_more(self, flight: _Flight, reason: str) -> Outcome | None:
        """A hand-in gets a second chance, but not a third."""
        if flight.hand_in is None:
            return None
        if flight.deaths == 0:
            self.again.append((flight.hand_in, 1))
            return None
        before = results.read(self.settings.out, flight.hand_in.student)
        return Outcome(pool.failed(flight.hand_in, self.settings.slug, f"{reason}, the second one", before), before, True, "")

    def _stored(self, outcome: Outcome) -> Outcome:
        """The outcome, with what only this process may write written."""
        out, result = self.settings.out, outcome.result
        if outcome.notebook is not None and (outcome.fresh or not formgrader.has_notebook(out, result)):
            formgrader.write_notebook(out, result, outcome.notebook)
        return replace(outcome, notebook=None)


def _connect(address: str) -> object:
    """A client of the scheduler. Raises GraderFailure when nobody answers, or somebody else than a scheduler."""
    import dask
    import distributed

    for name in ("distributed", "tornado", "asyncio"):  # they report in tracebacks what we say in one line
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", category=distributed.versions.VersionMismatchWarning)  # `versions` decides
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GiB"})
    try:
        asyncio.run(_knock(address))
        return distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except Exception as error:  # a refused connection, a time-out, a wrong certificate, an answer that is no Dask's
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise GraderFailure(f"{address}: no Dask scheduler can be reached there ({reason}); nothing was graded") from None


async def _knock(address: str) -> None:
    """Shake hands as Dask does and go. (A client that cannot connect leaves a traceback when it is swept away.)"""
    from distributed import Security
    from distributed.comm import connect

    options = Security().get_connection_args("client")
    comm = await asyncio.wait_for(connect(address, timeout=CONNECT_SECONDS, **options), CONNECT_SECONDS + 1)
    comm.abort()
