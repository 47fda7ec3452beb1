/* The stacks. rfc9293 has every parameter; the others say where they differ, each value with its source. "Unverified"
 * (FALSE) means that the value was taken from a document about the stack, or derived, and not checked against it.
 *
 * L: the Linux source file, F: FreeBSD's sys/netinet, W: lwIP's, S: smoltcp's src/socket/tcp.rs, M: a Microsoft
 * document. "measured": seen on Linux 6.18.44. */
#include "tcp/tcp_profile.h"

#include <stddef.h>
#include <string.h>

static const TcpSetting RFC9293[] = {
    {offsetof(TcpParams, msl), SIM_S(120), "RFC 9293 3.4.2", TRUE},
    {offsetof(TcpParams, time_wait), SIM_S(240), "RFC 9293 3.6.1: 2 MSL", TRUE},
    {offsetof(TcpParams, rto_initial), SIM_S(1), "RFC 6298 2.1", TRUE},
    {offsetof(TcpParams, rto_min), SIM_S(1), "RFC 6298 2.4", TRUE},
    {offsetof(TcpParams, rto_min_applies), TCP_RTO_MIN_APPLIES_SUM, "RFC 6298 2.4", TRUE},
    {offsetof(TcpParams, rto_slop), 0, "RFC 6298 has none", TRUE},
    {offsetof(TcpParams, rto_max), SIM_S(60), "RFC 6298 2.5: at least 60 s", TRUE},
    {offsetof(TcpParams, retries), 8, "RFC 9293 3.8.3: R2 at least 100 s", TRUE},
    {offsetof(TcpParams, retries_time), SIM_NEVER, "RFC 9293 3.8.3: counted", TRUE},
    {offsetof(TcpParams, orphan_retries_time), SIM_NEVER, "RFC 9293 knows no orphans", TRUE},
    {offsetof(TcpParams, syn_retries), 7, "RFC 9293 3.8.3: R2 at least 180 s", TRUE},
    {offsetof(TcpParams, syn_linear_timeouts), 0, "RFC 6298 5.5", TRUE},
    {offsetof(TcpParams, synack_retries), 7, "as syn_retries", TRUE},
    {offsetof(TcpParams, user_timeout), SIM_NEVER, "RFC 9293 3.10.8: the user decides", TRUE},
    {offsetof(TcpParams, user_timeout_from), TCP_USER_TIMEOUT_FROM_SENDING, "RFC 9293 3.9.1.1", TRUE},
    {offsetof(TcpParams, fin_wait_2_timeout), SIM_NEVER, "RFC 9293 has none", TRUE},
    {offsetof(TcpParams, fin_wait_2_when), TCP_FIN_WAIT_2_WHEN_CLOSED, "not used", TRUE},
    {offsetof(TcpParams, fin_wait_2_split), SIM_NEVER, "not used", TRUE},
    {offsetof(TcpParams, fin_wait_2_recheck), 0, "not used", TRUE},
    {offsetof(TcpParams, fin_ack_delay), 0, "RFC 9293 3.10.7.4 eighth: send an acknowledgment", TRUE},
    {offsetof(TcpParams, delayed_ack), SIM_MS(200), "RFC 9293 3.8.6.3: below 500 ms", TRUE},
    {offsetof(TcpParams, ack_policy), TCP_ACK_POLICY_RFC, "RFC 9293 3.8.6.3", TRUE},
    {offsetof(TcpParams, persist_max), SIM_S(60), "RFC 9293 3.8.6.1: as the retransmission timeout", TRUE},
    {offsetof(TcpParams, window_probe), TCP_WINDOW_PROBE_OCTET, "RFC 9293 3.8.6.1", TRUE},
    {offsetof(TcpParams, tail_loss_probe), 0, "RFC 8985 is no part of RFC 9293", TRUE},
    {offsetof(TcpParams, keepalive), 0, "RFC 9293 3.8.4: off", TRUE},
    {offsetof(TcpParams, keepalive_idle), SIM_S(7200), "RFC 9293 3.8.4: at least 2 h", TRUE},
    {offsetof(TcpParams, keepalive_interval), SIM_S(75), "the usual one", TRUE},
    {offsetof(TcpParams, keepalive_count), 9, "the usual one", TRUE},
    {offsetof(TcpParams, keepalive_rst), 0, "RFC 9293 3.10.8", TRUE},
    {offsetof(TcpParams, nagle), TCP_NAGLE_ANY, "RFC 9293 3.7.4: should", TRUE},
    {offsetof(TcpParams, fin_waits_for_ack), 0, "RFC 2525 2.15 calls it a bug", TRUE},
    {offsetof(TcpParams, mss), 1460, "an Ethernet", TRUE},
    {offsetof(TcpParams, rcv_wnd), 65535, "the most without scaling", TRUE},
    {offsetof(TcpParams, rcv_buf), TCP_UNLIMITED, "RFC 9293 3.8.6: the window is what it can take", TRUE},
    {offsetof(TcpParams, window_scale), 0, "RFC 7323 is optional", TRUE},
    {offsetof(TcpParams, sack), 0, "RFC 2018 is optional", TRUE},
    {offsetof(TcpParams, timestamps), 0, "RFC 7323 is optional", TRUE},
    {offsetof(TcpParams, last_ack_entry), TCP_LAST_ACK_ENTRY_FIN, "RFC 9293 3.10.4", TRUE},
    {offsetof(TcpParams, crossing_fin_reply), TCP_CROSSING_FIN_REPLY_ACK, "RFC 9293 3.5 figure 13", TRUE},
    {offsetof(TcpParams, time_wait_restart), TCP_TIME_WAIT_RESTART_FIN, "RFC 9293 3.10.7.4 eighth", TRUE},
    {offsetof(TcpParams, rst_in_time_wait), TCP_RST_IN_TIME_WAIT_KILL, "RFC 9293 3.10.7.4 second", TRUE},
    {offsetof(TcpParams, syn_in_time_wait), TCP_SYN_IN_TIME_WAIT_NEWER, "RFC 9293 3.6.1", TRUE},
    {offsetof(TcpParams, old_syn_in_time_wait), TCP_OLD_SYN_IN_TIME_WAIT_CHALLENGE, "RFC 9293 3.10.7.4 fourth", TRUE},
    {offsetof(TcpParams, time_wait_reuse), TCP_TIME_WAIT_REUSE_OFF, "RFC 9293 3.6.1", TRUE},
    {offsetof(TcpParams, time_wait_reuse_delay), SIM_S(1), "not used", TRUE},
    {offsetof(TcpParams, rst_on_unread), 1, "RFC 9293 3.6.1", TRUE},
    {offsetof(TcpParams, rst_on_late_data), 1, "RFC 9293 3.6.1", TRUE},
    {offsetof(TcpParams, shut_read_data), TCP_SHUT_READ_DATA_ACCEPT, "RFC 9293 has no such call", TRUE},
    {offsetof(TcpParams, rst_has_ack), 0, "RFC 9293 3.10.5", TRUE},
    {offsetof(TcpParams, rst_accepted), TCP_RST_ACCEPTED_EXACT, "RFC 5961 3.2", TRUE},
    {offsetof(TcpParams, rst_at_fin), 0, "RFC 5961 3.2", TRUE},
    {offsetof(TcpParams, syn_accepted), TCP_SYN_ACCEPTED_CHALLENGE, "RFC 5961 4.2", TRUE},
    {offsetof(TcpParams, challenge_limit), 10, "RFC 5961 7: its example", TRUE},
    {offsetof(TcpParams, challenge_period), SIM_S(5), "RFC 5961 7: its example", TRUE},
    {offsetof(TcpParams, duplicate_fin_ack_counts), 0, "RFC 9293 3.10.7.4 first", TRUE},
    {offsetof(TcpParams, syn_ack_trimmed), 1, "all stacks; by the letter it is only acknowledged", TRUE},
    {offsetof(TcpParams, port_low), 1024, "no well-known port", TRUE},
    {offsetof(TcpParams, port_high), 65535, "RFC 9293 3.1", TRUE},
    {offsetof(TcpParams, bind_time_wait), TCP_BIND_TIME_WAIT_STRICT, "RFC 9293 3.4.3", TRUE},
    {offsetof(TcpParams, connect_busy_errno), TCP_CONNECT_BUSY_ERRNO_EADDRINUSE,
     "RFC 9293 3.10.1: connection already exists", TRUE},
    {offsetof(TcpParams, edge_inclusive), 0, "RFC 9293 3.4 table 5", TRUE},
    {offsetof(TcpParams, syn_ack_repeated), 0, "RFC 9293 3.10.7.4 first", TRUE},
    {offsetof(TcpParams, time_wait_answers_odd), 0, "RFC 9293 3.10.7.4 fifth", TRUE},
    {offsetof(TcpParams, orphan_rst_in_window), 0, "RFC 5961 3.2", TRUE},
    {offsetof(TcpParams, rst_enters_time_wait), 0, "RFC 9293 3.10.5", TRUE},
    {offsetof(TcpParams, bug_no_time_wait), 0, "no", TRUE},
    {offsetof(TcpParams, bug_fin_not_retransmitted), 0, "no", TRUE},
    {offsetof(TcpParams, bug_closing_skipped), 0, "no", TRUE},
    {offsetof(TcpParams, bug_early_fin), 0, "no", TRUE},
    {offsetof(TcpParams, bug_rst_on_crossing_fin), 0, "no", TRUE},
    {offsetof(TcpParams, bug_last_ack_any_ack), 0, "no", TRUE},
    {offsetof(TcpParams, bug_time_wait_from_last_ack), 0, "no", TRUE},
    {offsetof(TcpParams, bug_fin_not_counted), 0, "no", TRUE},
    {offsetof(TcpParams, bug_fin_counted_twice), 0, "no", TRUE},
    {offsetof(TcpParams, bug_second_fin), 0, "no", TRUE},
    {offsetof(TcpParams, bug_fin_renumbered), 0, "no", TRUE},
    {offsetof(TcpParams, bug_timer_left_running), 0, "no", TRUE},
    {offsetof(TcpParams, bug_rst_answered), 0, "no", TRUE},
    {offsetof(TcpParams, bug_ack_answered), 0, "no", TRUE},
    {offsetof(TcpParams, bug_plain_compare), 0, "no", TRUE},
    {offsetof(TcpParams, bug_early_eof), 0, "no", TRUE},
    {offsetof(TcpParams, bug_port_freed_early), 0, "no", TRUE},
    {offsetof(TcpParams, bug_ports_only), 0, "no", TRUE},
};

static const TcpSetting LINUX[] = {
    {offsetof(TcpParams, msl), SIM_S(30), "L: tcp.h, half of TCP_TIMEWAIT_LEN", TRUE},
    {offsetof(TcpParams, time_wait), SIM_S(60), "L: tcp.h TCP_TIMEWAIT_LEN; measured", TRUE},
    {offsetof(TcpParams, rto_min), SIM_MS(200), "L: tcp.h TCP_RTO_MIN", TRUE},
    {offsetof(TcpParams, rto_min_applies), TCP_RTO_MIN_APPLIES_VARIANCE, "measured", TRUE},
    {offsetof(TcpParams, rto_max), SIM_S(120), "L: tcp.h TCP_RTO_MAX", TRUE},
    {offsetof(TcpParams, retries), TCP_UNLIMITED, "L: tcp_timer.c, a time", TRUE},
    {offsetof(TcpParams, retries_time), SIM_MS(924600), "L: tcp_timer.c, tcp_retries2 15", TRUE},
    {offsetof(TcpParams, orphan_retries_time), SIM_MS(102200), "L: tcp_timer.c, tcp_orphan_retries 8; measured", TRUE},
    {offsetof(TcpParams, syn_retries), 6, "L: tcp_ipv4.c tcp_syn_retries", TRUE},
    {offsetof(TcpParams, syn_linear_timeouts), 4, "L: tcp_ipv4.c tcp_syn_linear_timeouts", TRUE},
    {offsetof(TcpParams, synack_retries), 5, "L: tcp_ipv4.c tcp_synack_retries", TRUE},
    {offsetof(TcpParams, user_timeout_from), TCP_USER_TIMEOUT_FROM_RETRANSMISSION, "L: tcp_timer.c; measured", TRUE},
    {offsetof(TcpParams, fin_wait_2_timeout), SIM_S(60), "L: tcp_ipv4.c tcp_fin_timeout; measured", TRUE},
    {offsetof(TcpParams, fin_wait_2_split), SIM_S(60), "L: tcp.c, tcp_timer.c; measured", TRUE},
    {offsetof(TcpParams, delayed_ack), SIM_MS(40), "L: tcp.h TCP_DELACK_MIN; measured", TRUE},
    {offsetof(TcpParams, ack_policy), TCP_ACK_POLICY_LINUX, "L: tcp_input.c; measured", TRUE},
    {offsetof(TcpParams, persist_max), SIM_S(120), "L: tcp_timer.c", TRUE},
    {offsetof(TcpParams, nagle), TCP_NAGLE_SMALL, "L: tcp_output.c tcp_minshall_check; measured", TRUE},
    {offsetof(TcpParams, window_probe), TCP_WINDOW_PROBE_OLD, "L: tcp_output.c tcp_xmit_probe_skb", TRUE},
    {offsetof(TcpParams, tail_loss_probe), 1, "L: tcp_ipv4.c tcp_early_retrans 3; measured", TRUE},
    {offsetof(TcpParams, keepalive_rst), 1, "L: tcp_timer.c", TRUE},
    {offsetof(TcpParams, window_scale), 10, "measured; it follows tcp_rmem", TRUE},
    {offsetof(TcpParams, sack), 1, "measured", TRUE},
    {offsetof(TcpParams, timestamps), 1, "measured", TRUE},
    {offsetof(TcpParams, last_ack_entry), TCP_LAST_ACK_ENTRY_CALL, "L: tcp.c; measured", TRUE},
    {offsetof(TcpParams, time_wait_restart), TCP_TIME_WAIT_RESTART_ANY, "L: tcp_minisocks.c", TRUE},
    {offsetof(TcpParams, syn_in_time_wait), TCP_SYN_IN_TIME_WAIT_LINUX, "L: tcp_minisocks.c; measured", TRUE},
    {offsetof(TcpParams, rst_has_ack), 1, "L: tcp_output.c tcp_send_active_reset; measured", TRUE},
    {offsetof(TcpParams, rst_at_fin), 1, "L: tcp_input.c tcp_reset_check; measured", TRUE},
    {offsetof(TcpParams, challenge_limit), 1, "L: tcp_ipv4.c tcp_invalid_ratelimit; measured", TRUE},
    {offsetof(TcpParams, challenge_period), SIM_MS(500), "L: tcp_ipv4.c tcp_invalid_ratelimit; measured", TRUE},
    {offsetof(TcpParams, edge_inclusive), 1, "L: tcp_input.c tcp_sequence", TRUE},
    {offsetof(TcpParams, syn_ack_repeated), 1, "L: tcp_minisocks.c tcp_check_req", TRUE},
    {offsetof(TcpParams, orphan_rst_in_window), 1, "L: tcp_minisocks.c", TRUE},
    {offsetof(TcpParams, duplicate_fin_ack_counts), 1, "L: tcp_input.c tcp_sequence", TRUE},
    {offsetof(TcpParams, port_low), 32768, "L: ip-sysctl.rst ip_local_port_range", TRUE},
    {offsetof(TcpParams, port_high), 60999, "L: ip-sysctl.rst ip_local_port_range", TRUE},
    {offsetof(TcpParams, bind_time_wait), TCP_BIND_TIME_WAIT_REUSEADDR_BOTH, "L: inet_connection_sock.c", TRUE},
    {offsetof(TcpParams, connect_busy_errno), TCP_CONNECT_BUSY_ERRNO_EADDRNOTAVAIL, "L: inet_hashtables.c", TRUE},
};

static const TcpSetting FREEBSD[] = {
    {offsetof(TcpParams, msl), SIM_S(30), "F: tcp_timer.h TCPTV_MSL", TRUE},
    {offsetof(TcpParams, time_wait), SIM_S(60), "F: tcp_timer.h, 2 MSL", TRUE},
    {offsetof(TcpParams, rto_min), SIM_MS(30), "F: tcp_timer.h, hz / 33", TRUE},
    {offsetof(TcpParams, rto_slop), SIM_MS(200), "F: tcp_timer.h TCPTV_CPU_VAR", TRUE},
    {offsetof(TcpParams, rto_max), SIM_S(64), "F: tcp_timer.h TCPTV_REXMTMAX", TRUE},
    {offsetof(TcpParams, retries), 12, "F: tcp_timer.h TCP_MAXRXTSHIFT", TRUE},
    {offsetof(TcpParams, syn_retries), 12, "F: tcp_timer.h TCP_MAXRXTSHIFT", TRUE},
    {offsetof(TcpParams, synack_retries), 3, "F: tcp_syncache.c", FALSE},
    {offsetof(TcpParams, fin_wait_2_timeout), SIM_S(600), "F: tcp_timer.c, 8 keepalive intervals", TRUE},
    {offsetof(TcpParams, fin_wait_2_recheck), SIM_S(75), "F: tcp_timer.c", TRUE},
    {offsetof(TcpParams, delayed_ack), SIM_MS(40), "F: tcp_timer.h TCPTV_DELACK", TRUE},
    {offsetof(TcpParams, keepalive), 1, "F: tcp_timer.c always_keepalive", TRUE},
    {offsetof(TcpParams, keepalive_count), 8, "F: tcp_timer.h TCPTV_KEEPCNT", TRUE},
    {offsetof(TcpParams, rcv_wnd), 65700, "its conformance scripts: the true window behind 65535", TRUE},
    {offsetof(TcpParams, window_scale), 6, "F: tcp_input.c, from the buffer", FALSE},
    {offsetof(TcpParams, sack), 1, "F: tcp_sack.c", TRUE},
    {offsetof(TcpParams, timestamps), 1, "F: tcp_subr.c", TRUE},
    {offsetof(TcpParams, last_ack_entry), TCP_LAST_ACK_ENTRY_CALL, "F: tcp_usrreq.c", TRUE},
    {offsetof(TcpParams, crossing_fin_reply), TCP_CROSSING_FIN_REPLY_FIN, "its conformance scripts", TRUE},
    {offsetof(TcpParams, rst_in_time_wait), TCP_RST_IN_TIME_WAIT_IGNORE, "F: tcp_timewait.c", TRUE},
    {offsetof(TcpParams, old_syn_in_time_wait), TCP_OLD_SYN_IN_TIME_WAIT_DROP, "F: tcp_timewait.c", TRUE},
    {offsetof(TcpParams, rst_on_unread), 0, "F: tcp_usrreq.c", TRUE},
    {offsetof(TcpParams, shut_read_data), TCP_SHUT_READ_DATA_DISCARD, "F: uipc_socket.c", TRUE},
    {offsetof(TcpParams, rst_has_ack), 1, "F: tcp_fsm.h tcp_outflags", TRUE},
    {offsetof(TcpParams, challenge_limit), TCP_UNLIMITED, "F: tcp_input.c", TRUE},
    {offsetof(TcpParams, syn_ack_repeated), 1, "F: tcp_syncache.c", TRUE},
    {offsetof(TcpParams, time_wait_answers_odd), 1, "F: tcp_timewait.c; its conformance scripts", TRUE},
    {offsetof(TcpParams, duplicate_fin_ack_counts), 1, "F: tcp_input.c", TRUE},
    {offsetof(TcpParams, port_low), 10000, "F: in.h IPPORT_EPHEMERALFIRST", TRUE},
    {offsetof(TcpParams, bind_time_wait), TCP_BIND_TIME_WAIT_UNCONNECTED, "F: in_pcb.c", TRUE},
};

static const TcpSetting WINDOWS[] = {
    {offsetof(TcpParams, msl), SIM_S(60), "half of TcpTimedWaitDelay", FALSE},
    {offsetof(TcpParams, time_wait), SIM_S(120), "M: cc757512, Server 2003; later versions unknown", FALSE},
    {offsetof(TcpParams, rto_initial), SIM_S(3), "M: cc938207", FALSE},
    {offsetof(TcpParams, rto_min), SIM_MS(300), "M: Get-NetTCPSetting, Server 2019", FALSE},
    {offsetof(TcpParams, retries), 5, "M: cc938210", FALSE},
    {offsetof(TcpParams, syn_retries), 2, "M: cc938207, Windows 2000", FALSE},
    {offsetof(TcpParams, fin_wait_2_timeout), SIM_S(300), "M: KB 813056, Server 2003", FALSE},
    {offsetof(TcpParams, fin_wait_2_when), TCP_FIN_WAIT_2_WHEN_ALWAYS, "M: KB 813056: also while it still reads",
     FALSE},
    {offsetof(TcpParams, delayed_ack), SIM_MS(40), "M: Get-NetTCPSetting, Server 2019", FALSE},
    {offsetof(TcpParams, keepalive_interval), SIM_S(1), "M: cc957548", FALSE},
    {offsetof(TcpParams, keepalive_count), 10, "not documented there", FALSE},
    {offsetof(TcpParams, port_low), 49152, "M: KB 929851", TRUE},
};

static const TcpSetting LWIP[] = {
    {offsetof(TcpParams, msl), SIM_S(60), "W: tcp_priv.h TCP_MSL", TRUE},
    {offsetof(TcpParams, time_wait), SIM_S(120), "W: tcp.c, 2 MSL", TRUE},
    {offsetof(TcpParams, rto_initial), SIM_S(3), "W: opt.h LWIP_TCP_RTO_TIME", TRUE},
    {offsetof(TcpParams, rto_min), SIM_MS(500), "W: one slow tick", FALSE},
    {offsetof(TcpParams, rto_max), SIM_S(384), "W: tcp.c backoff table, 3 s << 7", FALSE},
    {offsetof(TcpParams, retries), 12, "W: opt.h TCP_MAXRTX", TRUE},
    {offsetof(TcpParams, syn_retries), 0, "W: opt.h TCP_SYNMAXRTX, not doubled", TRUE},
    {offsetof(TcpParams, syn_linear_timeouts), 6, "W: opt.h TCP_SYNMAXRTX, not doubled", TRUE},
    {offsetof(TcpParams, synack_retries), 3, "W: tcp_priv.h TCP_SYN_RCVD_TIMEOUT 20 s", FALSE},
    {offsetof(TcpParams, fin_wait_2_timeout), SIM_S(20), "W: tcp_priv.h TCP_FIN_WAIT_TIMEOUT", TRUE},
    {offsetof(TcpParams, delayed_ack), SIM_MS(250), "W: the fast timer", FALSE},
    {offsetof(TcpParams, keepalive_rst), 1, "W: tcp.c", TRUE},
    {offsetof(TcpParams, last_ack_entry), TCP_LAST_ACK_ENTRY_CALL, "W: tcp.c", TRUE},
    {offsetof(TcpParams, rst_in_time_wait), TCP_RST_IN_TIME_WAIT_IGNORE, "W: tcp_in.c", TRUE},
    {offsetof(TcpParams, syn_in_time_wait), TCP_SYN_IN_TIME_WAIT_NEVER, "W: tcp_in.c", TRUE},
    {offsetof(TcpParams, old_syn_in_time_wait), TCP_OLD_SYN_IN_TIME_WAIT_RESET, "W: tcp_in.c", TRUE},
    {offsetof(TcpParams, shut_read_data), TCP_SHUT_READ_DATA_RESET, "W: tcp_in.c", TRUE},
    {offsetof(TcpParams, rst_has_ack), 1, "W: tcp_out.c", TRUE},
    {offsetof(TcpParams, challenge_limit), TCP_UNLIMITED, "W: tcp_in.c", TRUE},
    {offsetof(TcpParams, port_low), 49152, "W: tcp.c", TRUE},
    {offsetof(TcpParams, bind_time_wait), TCP_BIND_TIME_WAIT_UNSCANNED, "W: tcp.c, with SO_REUSE", TRUE},
};

static const TcpSetting SMOLTCP[] = {
    {offsetof(TcpParams, msl), SIM_S(5), "half of CLOSE_DELAY", TRUE},
    {offsetof(TcpParams, time_wait), SIM_S(10), "S: CLOSE_DELAY", TRUE},
    {offsetof(TcpParams, retries), TCP_UNLIMITED, "S: no count", TRUE},
    {offsetof(TcpParams, syn_retries), TCP_UNLIMITED, "S: no count", TRUE},
    {offsetof(TcpParams, synack_retries), TCP_UNLIMITED, "S: no count", TRUE},
    {offsetof(TcpParams, delayed_ack), SIM_MS(10), "S: ACK_DELAY_DEFAULT", TRUE},
    {offsetof(TcpParams, last_ack_entry), TCP_LAST_ACK_ENTRY_CALL, "S: close()", TRUE},
    {offsetof(TcpParams, time_wait_restart), TCP_TIME_WAIT_RESTART_UNACCEPTABLE, "S: process()", TRUE},
    {offsetof(TcpParams, syn_in_time_wait), TCP_SYN_IN_TIME_WAIT_NEVER, "S: process()", TRUE},
    {offsetof(TcpParams, old_syn_in_time_wait), TCP_OLD_SYN_IN_TIME_WAIT_DROP, "S: process()", TRUE},
    {offsetof(TcpParams, rst_on_unread), 0, "S: close()", TRUE},
    {offsetof(TcpParams, rst_on_late_data), 0, "S: process()", TRUE},
    {offsetof(TcpParams, rst_accepted), TCP_RST_ACCEPTED_WINDOW, "S: process()", TRUE},
    {offsetof(TcpParams, challenge_limit), 1, "S: challenge_ack_timer", TRUE},
    {offsetof(TcpParams, challenge_period), SIM_S(1), "S: challenge_ack_timer", TRUE},
    {offsetof(TcpParams, port_low), 49152, "the application chooses", FALSE},
};

static const TcpSetting NO_TIME_WAIT[] = {
    {offsetof(TcpParams, bug_no_time_wait), 1, "https://github.com/microsoft/demikernel/issues/1018", TRUE},
};

static const TcpSetting FIN_NOT_RETRANSMITTED[] = {
    {offsetof(TcpParams, bug_fin_not_retransmitted), 1, "https://github.com/zephyrproject-rtos/zephyr/issues/44507",
     TRUE},
};

static const TcpSetting CLOSING_SKIPPED[] = {
    {offsetof(TcpParams, bug_closing_skipped), 1, "https://github.com/smoltcp-rs/smoltcp/issues/398", TRUE},
};

static const TcpSetting TIME_WAIT_NOT_RESTARTED[] = {
    {offsetof(TcpParams, time_wait_restart), TCP_TIME_WAIT_RESTART_NEVER,
     "ns-3, tcp-socket-base.cc: TIME_WAIT does nothing", TRUE},
};

static const TcpSetting FIN_WAIT_2_FOREVER[] = {
    {offsetof(TcpParams, fin_wait_2_timeout), SIM_NEVER,
     "https://docs.oracle.com/cd/B13789_01/server.101/q20201/misc/fin_wait_2.html", TRUE},
};

static const TcpSetting FIN_OUT_OF_ORDER[] = {
    {offsetof(TcpParams, bug_early_fin), 1, "RFC 9293 3.10.7.4 eighth, not heeded", TRUE},
};

static const TcpSetting RESET_ON_CROSSING_FIN[] = {
    {offsetof(TcpParams, bug_rst_on_crossing_fin), 1, "https://github.com/FreeRTOS/FreeRTOS-Plus-TCP/issues/1303",
     TRUE},
};

static const TcpSetting LAST_ACK_ANY_ACK[] = {
    {offsetof(TcpParams, bug_last_ack_any_ack), 1, "ns-3, tcp-socket-base.cc ProcessLastAck", TRUE},
};

#define SETTINGS(list) list, G_N_ELEMENTS(list)

static const TcpProfile PROFILES[] = {
    {"rfc9293", "RFC 9293 by the letter; where it leaves a choice, the usual one", NULL, SETTINGS(RFC9293), FALSE},
    {"linux", "Linux 6.18", &PROFILES[0], SETTINGS(LINUX), FALSE},
    {"freebsd", "FreeBSD 15 (main)", &PROFILES[0], SETTINGS(FREEBSD), FALSE},
    {"windows", "Windows, as far as Microsoft documents it", &PROFILES[0], SETTINGS(WINDOWS), FALSE},
    {"lwip", "lwIP 2.2 (master)", &PROFILES[0], SETTINGS(LWIP), FALSE},
    {"smoltcp", "smoltcp (main)", &PROFILES[0], SETTINGS(SMOLTCP), FALSE},
    {"no-time-wait", "BROKEN: never enters TIME-WAIT", &PROFILES[0], SETTINGS(NO_TIME_WAIT), TRUE},
    {"fin-not-retransmitted", "BROKEN: sends its FIN once", &PROFILES[0], SETTINGS(FIN_NOT_RETRANSMITTED), TRUE},
    {"closing-skipped", "BROKEN: has no CLOSING", &PROFILES[0], SETTINGS(CLOSING_SKIPPED), TRUE},
    {"time-wait-not-restarted", "BROKEN: a repeated FIN does not restart 2 MSL", &PROFILES[0],
     SETTINGS(TIME_WAIT_NOT_RESTARTED), TRUE},
    {"fin-wait-2-forever", "BROKEN: Linux without a FIN-WAIT-2 timeout", &PROFILES[1], SETTINGS(FIN_WAIT_2_FOREVER),
     TRUE},
    {"fin-acted-on-out-of-order", "BROKEN: believes a FIN before the data ahead of it", &PROFILES[0],
     SETTINGS(FIN_OUT_OF_ORDER), TRUE},
    {"reset-on-crossing-fin", "BROKEN: answers a crossing FIN with RST", &PROFILES[0], SETTINGS(RESET_ON_CROSSING_FIN),
     TRUE},
    {"last-ack-any-ack", "BROKEN: takes any ACK for the ACK of its last FIN", &PROFILES[0], SETTINGS(LAST_ACK_ANY_ACK),
     TRUE},
};

const TcpProfile *tcp_profile_list(unsigned *ret_count) {
  *ret_count = G_N_ELEMENTS(PROFILES);
  return PROFILES;
}

const TcpProfile *tcp_profile_find(const char *name) {
  for (unsigned i = 0; i < G_N_ELEMENTS(PROFILES); i++)
    if (strcmp(PROFILES[i].name, name) == 0)
      return &PROFILES[i];
  return NULL;
}
