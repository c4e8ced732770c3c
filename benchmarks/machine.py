"""What the machine is, as far as speed depends on it."""

import os
import platform

# Of all that a processor can do, what products of numbers are made with.
TOLD = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_bf16", "amx_int8", "bf16", "i8mm", "sve")


def described():
    """Returns the processor, how many cores there are, and the system."""
    seen = processor()
    name = seen.get("model name") or platform.processor() or platform.machine()
    if "cpu family" in seen:
        name += f" (family {seen['cpu family']}, model {seen['model']})"
    told = ", ".join(flag for flag in TOLD if flag in flags())
    return f"{name}, {os.cpu_count()} cores{', ' + told if told else ''}, {platform.system()}"


def multiplies_bfloat16_fast():
    """Returns whether there are units for products of whole tiles of bfloat16 or of bytes."""
    return not flags().isdisjoint({"amx_bf16", "amx_int8"})


def flags():
    seen = processor()
    return set((seen.get("flags") or seen.get("Features") or "").split())


def processor():
    """Returns the fields of the first processor that Linux tells of; none elsewhere."""
    fields = {}
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if not line.strip():
                    break
                name, _, value = line.partition(":")
                fields[name.strip()] = value.strip()
    except OSError:
        pass
    return fields
