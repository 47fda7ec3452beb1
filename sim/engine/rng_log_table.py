#!/usr/bin/env python3
"""Writes sim/engine/rng_log_table.h: ln(1 + i/256) in units of 2^-32, for rng_exponential().

Usage: python3 rng_log_table.py > rng_log_table.h
Decimal arithmetic with 50 digits, so the output is the same everywhere; the build does not run this, the table is kept
in the tree."""
from decimal import Decimal, ROUND_HALF_EVEN, getcontext

getcontext().prec = 50
values = [((1 + Decimal(i) / 256).ln() * 2**32).to_integral_value(ROUND_HALF_EVEN) for i in range(257)]

print("/* Made by rng_log_table.py; do not edit. Entry i is ln(1 + i / 256) in units of 2^-32, rounded to nearest; the")
print(" * last one is ln 2. */")
print("#ifndef TEARDOWN_ENGINE_RNG_LOG_TABLE_H")
print("#define TEARDOWN_ENGINE_RNG_LOG_TABLE_H")
print()
print("#include <stdint.h>")
print()
print("#define RNG_LOG_BITS 8")
print()
print("/* clang-format off */")
print("static const uint32_t rng_log_table[(1 << RNG_LOG_BITS) + 1] = {")
for i in range(0, 257, 8):
    print("    " + " ".join(f"{v}u," for v in values[i:i + 8]))
print("};")
print("/* clang-format on */")
print()
print("#endif")
