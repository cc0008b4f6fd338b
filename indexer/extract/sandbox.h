/* What a worker process may not do. Everything here is the second wall: the first is that a worker
 * is a process of its own. Best effort: a kernel or container that refuses a part of it (seccomp,
 * the OOM score) gets a worker without that part. Called by the worker only, before it reads
 * foreign bytes; nothing here can be undone. Under sanitizers memory is not limited and no system
 * call denied, since they need both. */
#pragma once

#include <glib.h>

typedef enum SandboxProfile {
    SANDBOX_PARSE,   /* reads files and computes: no sockets, no programs, no writing of files */
    SANDBOX_CONVERT, /* may run converters (pdftotext), which inherit all limits: no sockets */
} SandboxProfile;

#define SANDBOX_MAX_FILE_BYTES (64UL * 1024 * 1024)
#define SANDBOX_MAX_OPEN_FILES 64

/* Dies with its parent, gains no privileges, dumps no core, is the first to go when memory is
 * short, and is limited to memory_bytes of address space. */
void sandbox_enter(SandboxProfile profile, gulong memory_bytes);

/* Ends the process with SIGXCPU once it has used so many more seconds of CPU time. A converter
 * that it starts has as many of its own. */
void sandbox_limit_cpu(guint seconds);
