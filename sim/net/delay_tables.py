#!/usr/bin/env python3
"""Writes sim/net/delay_tables.h: the distributions of tc-netem's jitter, as tables of quantiles in units of 1/8192.

Usage: python3 delay_tables.py > delay_tables.h
Entry i is the quantile at (i + 1/2) / 4096. As in iproute2: normal has mean 0 and deviation 1; pareto is that of shape
3, less its mean 1.5, times 4/3, and ends at 4; paretonormal is a quarter of the one and three quarters of the other.
Decimal arithmetic with 40 digits, so the output is the same everywhere; the build does not run this, the table is kept
in the tree."""
from decimal import Decimal, ROUND_HALF_EVEN, getcontext

getcontext().prec = 40
SIZE, SCALE = 4096, 8192
PI = Decimal("3.141592653589793238462643383279502884197")


def normal_below(x):
    """Probability that a normal variable is below x, by the series of the error function."""
    term = total = x / (2 * PI).sqrt()
    k = 0
    while abs(term) > Decimal(10) ** -38:
        k += 1
        term = -term * x * x / (2 * k)
        total += term / (2 * k + 1)
    return Decimal("0.5") + total


def normal_quantile(u):
    x = Decimal(0)
    for _ in range(60):
        density = (-x * x / 2).exp() / (2 * PI).sqrt()
        step = max(min((u - normal_below(x)) / density, Decimal(1)), Decimal(-1))
        x += step
        if abs(step) < Decimal(10) ** -25:
            break
    return x


def pareto_quantile(u):
    cube_root = ((1 - u).ln() / 3).exp()
    return min((1 / cube_root - Decimal("1.5")) * 4 / 3, Decimal(4))


def show(name, values):
    print()
    print("static const int16_t %s[DELAY_TABLE_SIZE] = {" % name)
    whole = [min(int((v * SCALE).to_integral_value(ROUND_HALF_EVEN)), 32767) for v in values]
    for i in range(0, SIZE, 16):
        print("    " + " ".join("%d," % v for v in whole[i:i + 16]))
    print("};")


points = [(Decimal(i) + Decimal("0.5")) / SIZE for i in range(SIZE)]
half = [normal_quantile(u) for u in points[SIZE // 2:]]
normal = [-v for v in reversed(half)] + half
pareto = [pareto_quantile(u) for u in points]

print("/* Made by delay_tables.py; do not edit. Quantiles of tc-netem's distributions of jitter, in units of 1/8192 of")
print(" * the jitter: entry i is the one at (i + 1/2) / 4096. */")
print("#ifndef TEARDOWN_NET_DELAY_TABLES_H")
print("#define TEARDOWN_NET_DELAY_TABLES_H")
print()
print("#include <stdint.h>")
print()
print("#define DELAY_TABLE_SIZE  %d" % SIZE)
print("#define DELAY_TABLE_SCALE %d" % SCALE)
print()
print("/* clang-format off */", end="")
show("delay_table_normal", normal)
show("delay_table_pareto", pareto)
show("delay_table_paretonormal", [(n + 3 * p) / 4 for n, p in zip(normal, pareto)])
print("/* clang-format on */")
print()
print("#endif")
