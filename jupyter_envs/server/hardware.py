"""Endpoints of the hardware: what there is, how busy it is, and who holds it."""

from __future__ import annotations

from jupyter_envs.hardware import Hardware, Holders

from .messages import NoQuery
from .routing import Call


async def show(call: Call[None, NoQuery]) -> Hardware:
    """The GPUs and the host as they were seen last, which is seconds ago at most. The first
    question after a pause waits for a second or so; where the driver takes longer, the answer
    says that it is waited for."""
    machine = call.services.machine
    if not machine.is_settled():
        await call.services.run(machine.wait)
    return machine.look()


async def kernels(call: Call[None, NoQuery]) -> Holders:
    """Whose the memory of the GPUs is: kernels of this server with their notebooks, other
    processes of this user, and all other users as one sum."""
    machine, holding = call.services.machine, call.services.holding
    if not machine.is_settled():
        await call.services.run(machine.wait)
    # The kernels are asked on the event loop, whose objects they are.
    running = await call.services.kernels.running()
    return await call.services.run(holding.look, machine.sample(), running)
