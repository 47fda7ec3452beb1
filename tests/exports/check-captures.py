#!/usr/bin/env python3
"""check-captures.py DIR...: reads the captures of `teardown run -o DIR` with tshark, all checks on, and compares what
it says with segments.csv of the same folder. Prints a line for each disagreement; exit status 1 if there is one."""
import collections
import concurrent.futures
import csv
import os
import subprocess
import sys

FIELDS = ['frame.packet_id', 'frame.interface_name', 'frame.time_epoch', 'ip.checksum.status', 'tcp.checksum.status',
          '_ws.malformed', 'tcp.flags', 'tcp.seq_raw', 'tcp.ack_raw', 'tcp.len', 'tcp.window_size_value',
          'tcp.srcport', 'tcp.dstport', 'frame.comment', 'tcp.analysis.flags', 'tcp.options.mss_val',
          'tcp.options.wscale.shift', 'tcp.options.timestamp.tsval', 'tcp.options.timestamp.tsecr',
          'tcp.options.sack_le', 'tcp.options.sack_perm', 'ip.id', 'tcp.payload']
# How tshark names what the sender has sent before.
REPEATED = ['tcp.analysis.retransmission', 'tcp.analysis.fast_retransmission', 'tcp.analysis.spurious_retransmission',
            'tcp.analysis.keep_alive', 'tcp.analysis.zero_window_probe', 'tcp.analysis.out_of_order']
LETTERS = {'F': 1, 'S': 2, 'R': 4, 'P': 8, '.': 16, 'U': 32, 'E': 64, 'W': 128}
GOOD, BAD = '1', '0'


def packets_of(path):
    command = ['tshark', '-r', path, '-n', '-o', 'tcp.relative_sequence_numbers:FALSE', '-T', 'fields',
               '-E', 'occurrence=a', '-E', 'separator=\t', '-E', 'aggregator=|',
               '-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE']
    for field in FIELDS + REPEATED:
        command += ['-e', field]
    run = subprocess.run(command, capture_output=True, check=False)
    if run.returncode != 0:
        raise SystemExit(f'tshark fails on {path}: {run.stderr.decode()}')
    lines = run.stdout.decode().split('\n')[:-1]
    return [dict(zip(FIELDS + REPEATED, line.split('\t'))) for line in lines]


def seconds(text):
    whole, part = text.split('.')
    return int(whole) * 10**9 + int(part.ljust(9, '0')[:9])


def expected_of(rows, host):
    """What the host saw, by the table: (segment number, outbound, damaged, when)."""
    seen = []
    for row in rows:
        if row['from'] == host and row['origin'] == 'sent':
            seen.append((int(row['id']), True, False, seconds(row['sent_s']), row))
        damaged = row['by'] == 'checksum'
        if row['to'] == host and (row['arrived_s'] or damaged):
            when = seconds(row['lost_s'] if damaged else row['arrived_s'])
            seen.append((int(row['id']), False, damaged, when, row))
    return seen


def check_options(packet, row, say):
    options = row['options']
    for word, field in (('mss ', 'tcp.options.mss_val'), ('wscale ', 'tcp.options.wscale.shift'),
                        ('TS ', 'tcp.options.timestamp.tsval')):
        at = options.find(word)
        told = options[at + len(word):].split(',')[0].split(' ')[0] if at >= 0 else ''
        if told != packet[field]:
            say(f'{field} is "{packet[field]}", not "{told}"')
    if ('sackOK' in options) != (packet['tcp.options.sack_perm'] != ''):
        say('SACK permitted: ' + packet['tcp.options.sack_perm'])
    blocks = options.split('sack ')[1].split(' ') if 'sack ' in options else []
    offset = int(row['raw_ack']) - int(row['ack'])
    told = '|'.join(str((int(block.split(':')[0]) + offset) % 2**32) for block in blocks)
    if told != packet['tcp.options.sack_le']:
        say(f'SACK blocks at {packet["tcp.options.sack_le"]}, not {told}')


def check_packet(packet, row, damaged, say):
    flags = sum(LETTERS[letter] for letter in row['flags'] if row['flags'] != 'none')
    told = {'tcp.flags': flags, 'tcp.seq_raw': int(row['raw_seq']), 'tcp.ack_raw': int(row['raw_ack']),
            'tcp.len': int(row['len']), 'tcp.window_size_value': int(row['win']),
            'tcp.srcport': int(row['sport']), 'tcp.dstport': int(row['dport']),
            'ip.id': int(row['copy_of'] or row['id']) % 65536}
    for field, value in told.items():
        if int(packet[field], 0) != value:
            say(f'{field} is {packet[field]}, not {value}')
    if packet['ip.checksum.status'] != GOOD:
        say('bad IP checksum')
    if packet['tcp.checksum.status'] != (BAD if damaged else GOOD):
        say('TCP checksum: ' + packet['tcp.checksum.status'])
    if packet['_ws.malformed']:
        say('malformed: ' + packet['_ws.malformed'])
    check_options(packet, row, say)


def check_comment(packet, row, outbound, damaged, say):
    comment = packet['frame.comment']
    told = []
    if outbound and row['why'] == 'retransmission':
        told.append('retransmission, attempt ' + row['attempt'])
    if outbound and row['fate'] == 'lost' and row['by'].startswith('fault '):
        told.append(f'lost on the link by {row["by"]}')
    if outbound and row['fate'] == 'lost':
        told.append('damaged' if row['by'] == 'checksum' else 'lost')
    if not outbound and row['origin'] == 'forged':
        told.append('forged')
    if not outbound and row['origin'] == 'copied':
        told.append('a copy')
    if damaged:
        told.append('wrong checksum')
    for words in told:
        if words not in comment:
            say(f'comment "{comment}" does not say "{words}"')


def check_repeats(path, packets, expected, complain):
    """tshark's own analysis against the trace: what the host has sent again. Segments of one connection end."""
    outbound = {item[0]: item[4] for item in expected if item[1]}
    told = {number for number, row in outbound.items() if int(row['attempt'] or 1) > 1}
    found = set()
    for packet in packets:
        number = int(packet['frame.packet_id'])
        if number in outbound and any(packet[field] for field in REPEATED):
            found.add(number)
    # A keepalive carries nothing new, a window probe an octet that tshark does not take for sent: with these, and with
    # that octet when it is sent again, either may speak of a repetition.
    probed = {(row['connection'], row['seq']) for row in outbound.values() if row['why'] == 'window-probe'}
    neither = {number for number, row in outbound.items()
               if row['why'] == 'keepalive' or (row['connection'], row['seq']) in probed}
    # What a broken stack sends again under a number that it has never used is no repetition to anybody else.
    highest = {}
    for number, row in sorted(outbound.items()):
        seq, connection = int(row['seq']), row['connection']
        if number in told and connection in highest and seq > highest[connection]:
            neither.add(number)
        highest[connection] = max(seq, highest.get(connection, seq))
    for number in sorted((told ^ found) - neither):
        complain(f'{path}: segment {number}: tshark and the trace disagree on whether it is sent again')


def check_host(folder, rows, host):
    faults = []
    path = os.path.join(folder, host + '.pcapng')
    expected = expected_of(rows, host)
    packets = packets_of(path)
    found = collections.Counter()
    by_key = {(item[0], item[3]): item for item in expected}
    for packet in packets:
        key = (int(packet['frame.packet_id']), seconds(packet['frame.time_epoch']))
        def say(text, key=key):
            faults.append(f'{path}: segment {key[0]}: {text}')
        found[key] += 1
        if key not in by_key:
            say('nobody saw it then')
            continue
        _, outbound, damaged, _, row = by_key[key]
        check_packet(packet, row, damaged, say)
        check_comment(packet, row, outbound, damaged, say)
        if packet['frame.interface_name'] != host:
            say('interface ' + packet['frame.interface_name'])
    if sum(found.values()) != len(expected):
        faults.append(f'{path}: {sum(found.values())} packets, not {len(expected)}')
    fins = sum(int(packet['tcp.flags'], 0) & 1 for packet in packets)
    told = sum('F' in item[4]['flags'] for item in expected)
    if fins != told:
        faults.append(f'{path}: {fins} FINs, not {told}')
    check_repeats(path, packets, expected, faults.append)
    return faults


def check_state_comments(folder, states, hosts):
    """Each change of state of a host is told by a comment of its capture, unless it has no packet."""
    faults = []
    for host in hosts:
        packets = packets_of(os.path.join(folder, host + '.pcapng'))
        text = '\n'.join(packet['frame.comment'] for packet in packets)
        rows = [row for row in states if row['host'] == host and row['stimulus'] and row['for_s'] != '0.000000000']
        for row in rows:
            if packets and f'-> {row["state"]}: ' not in text:
                faults.append(f'{folder}: no comment tells that {host} enters {row["state"]}')
    return faults


def check_folder(folder):
    with open(os.path.join(folder, 'segments.csv'), newline='', encoding='utf-8') as file:
        rows = list(csv.DictReader(file, strict=True))
    with open(os.path.join(folder, 'states.csv'), newline='', encoding='utf-8') as file:
        states = list(csv.DictReader(file, strict=True))
    hosts = sorted({row['host'] for row in states})
    faults = []
    for host in hosts:
        faults += check_host(folder, rows, host)
    total = len(packets_of(os.path.join(folder, 'all-hosts.pcapng')))
    apart = sum(len(expected_of(rows, host)) for host in hosts)
    if total != apart:
        faults.append(f'{folder}: {total} packets of all hosts, {apart} of each')
    return faults + check_state_comments(folder, states, hosts)


def main():
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        faults = [fault for found in pool.map(check_folder, sys.argv[1:]) for fault in found]
    for fault in faults[:30]:
        print(fault)
    sys.exit(1 if faults else 0)


main()
