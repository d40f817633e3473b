"""Which system calls a submission may not make.

Namespaces leave some of the kernel in common: sockets to the machine that
hosts this one (vsock belongs to no network namespace), keys, and calls whose
flaws have been ways out. A short filter denies them. The numbers are those of
Linux' own tables, the instructions those of ``linux/filter.h``.
"""

import errno
import platform
import struct

_DENIED = {  # name: number on x86-64, on 64-bit ARM
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "open_by_handle_at": (304, 265),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "kexec_load": (246, 104),
    "io_uring_setup": (425, 425),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "mount_setattr": (442, 442),
}
_MACHINES = {"x86_64": (0, 0xC000003E, 41, 56), "aarch64": (1, 0xC00000B7, 198, 220)}
_CLONE3 = 435  # on both; its flags lie in memory, out of a filter's sight
_NEW_USER = 0x10000000
_FAMILIES = (1, 2, 10)  # unix, and the internet's two: an empty network namespace has them
_NUMBER, _ARCHITECTURE, _ARGUMENT = 0, 4, 16  # where they stand in struct seccomp_data
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000


def program(machine: str | None = None) -> bytes | None:
    """Return the filter for this machine, or None if its numbers are not known."""
    known = _MACHINES.get(machine or platform.machine())
    if known is None:
        return None
    column, architecture, socket, clone = known
    steps = [_load(_ARCHITECTURE), *_unless(architecture, [_return(_KILL)]), _load(_NUMBER)]
    steps += [_step(0x35, 0x40000000, 0, 1), _return(_ERROR | errno.EPERM)]  # x32's calls
    for numbers in _DENIED.values():
        steps += _if(numbers[column], [_return(_ERROR | errno.EPERM)])
    steps += _if(_CLONE3, [_return(_ERROR | errno.ENOSYS)])  # libraries then take `clone`
    spaces = [_load(_ARGUMENT), _step(0x45, _NEW_USER, 0, 1), _return(_ERROR | errno.EPERM)]
    steps += _if(clone, [*spaces, _return(_ALLOW)])
    families = [_load(_ARGUMENT)]
    for family in _FAMILIES:
        families += _if(family, [_return(_ALLOW)])
    steps += _if(socket, [*families, _return(_ERROR | errno.EAFNOSUPPORT)])
    return b"".join([*steps, _return(_ALLOW)])


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)


def _load(offset: int) -> bytes:
    return _step(0x20, offset)


def _return(value: int) -> bytes:
    return _step(0x06, value)


def _if(value: int, steps: list[bytes]) -> list[bytes]:
    return [_step(0x15, value, 0, len(steps)), *steps]


def _unless(value: int, steps: list[bytes]) -> list[bytes]:
    return [_step(0x15, value, len(steps), 0), *steps]
