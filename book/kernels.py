"""Kernels that are forks of a template (`template.py`), for jupyter_client; ordinary ones where there is no template, or it has died.

Around each kernel jupyter_client waits for a third of a second in which nothing can happen; `CONFIG` makes it do without.
"""

import asyncio
import contextlib
import json
import os
import queue
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator
from importlib.metadata import EntryPoint

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner
from traitlets.config import Config

PATIENCE = 60  # seconds that the template may take to import everything


class ForkingProvisioner(LocalProvisioner):
    """Asks the template for a kernel, and starts one in the ordinary way where that fails."""

    requests: socket.socket | None = None

    async def launch_kernel(self, cmd: list[str], **kwargs) -> dict:
        if self.requests is None or cmd[:2] != [sys.executable, "-m"]:
            return await super().launch_kernel(cmd, **kwargs)
        try:
            self.process = fork(self.requests, cmd, kwargs["cwd"], kwargs["env"])
        except OSError:
            return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.pgid = self.process.pid
        self.cwd = kwargs["cwd"]
        return self.connection_info

    async def wait(self) -> int | None:
        while await self.poll() is None:
            await asyncio.sleep(0.01)  # the original sleeps for ten times as long
        return await super().wait()


class PromptClient(AsyncKernelClient):
    """Talks to a kernel as soon as it is ready."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until both ways stand. The original then listens until the kernel has said nothing for a while: nbclient knows what is its own."""
        end = time.monotonic() + (timeout or float("inf"))
        while time.monotonic() < end:
            self.kernel_info()
            with contextlib.suppress(queue.Empty):
                await self.get_shell_msg(timeout=1)
                await self.get_iopub_msg(timeout=0.2)
                return
            if not await self.parent.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
        raise RuntimeError(f"Kernel didn't respond in {timeout:g} seconds")


CONFIG = Config({"KernelManager": {"client_class": f"{__name__}.{PromptClient.__name__}"}})


@contextlib.contextmanager
def forked_from(requests: socket.socket | None) -> Iterator[None]:
    """Inside, every kernel that this process starts is a fork of the template that takes these requests."""
    factory = KernelProvisionerFactory.instance()
    factory.provisioners["forking"] = EntryPoint("forking", f"{__name__}:ForkingProvisioner", factory.GROUP_NAME)
    before, factory.default_provisioner_name = factory.default_provisioner_name, "forking"
    ForkingProvisioner.requests = requests
    try:
        yield
    finally:
        factory.default_provisioner_name = before


def fork(requests: socket.socket, command: list[str], folder: str, environment: dict[str, str]) -> "Forked":
    """A new kernel. Raises OSError where the template has died."""
    ours, theirs = socket.socketpair()
    ours.settimeout(PATIENCE)
    with theirs:
        socket.send_fds(requests, [json.dumps([command, folder, environment]).encode()], [theirs.fileno()])
    answer = ours.recv(32)
    if not answer:
        raise ConnectionError("the template has died")
    return Forked(int(answer), ours)


class Forked:
    """A kernel's process, with what jupyter_client asks of a `subprocess.Popen`.

    line : the template ends the kernel, and lets its number go, when this is closed: at the latest when this process ends
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int, line: socket.socket):
        self.pid, self.line, self.handle = pid, line, os.pidfd_open(pid)

    def poll(self, milliseconds: int | None = 0) -> int | None:
        """None while it runs; how it ended only the template could know."""
        if self.handle is None:
            return 0
        ended = select.poll()
        ended.register(self.handle, select.POLLIN)
        return 0 if ended.poll(milliseconds) else None

    def wait(self) -> int:
        """Wait for its end, and let it go."""
        self.poll(None)
        if self.handle is not None:
            os.close(self.handle)
            self.line.close()
            self.handle = None
        return 0

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)
