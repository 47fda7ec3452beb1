/* What a profile alone says about the guards of the table: for showing how stacks differ. */
#ifndef TEARDOWN_TCP_TCP_PROFILE_GUARDS_H
#define TEARDOWN_TCP_TCP_PROFILE_GUARDS_H

#include "tcp/tcp_names.h"
#include "tcp/tcp_profile.h"

/* TRUE if the guard can hold under these parameters; FALSE if they rule it out, so that its rows never decide. */
gboolean tcp_params_allow(const TcpParams *params, TcpGuard guard);

#endif
