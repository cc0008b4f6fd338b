#include "extract/sandbox.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(SYL_SECCOMP) && !defined(SYL_SANITIZED)
#include <errno.h>
#include <seccomp.h>

/* Denied to every worker: the network, other processes, the machine. io_uring would open sockets
 * past this filter. */
static const char *const denied_to_all[] = {
    "socket",
    "socketpair",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "pidfd_getfd",
    "kcmp",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "fsopen",
    "open_tree",
    "move_mount",
    "setns",
    "unshare",
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "keyctl",
    "add_key",
    "request_key",
    "reboot",
    "swapon",
    "swapoff",
    "open_by_handle_at",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "settimeofday",
    "clock_settime",
    "sethostname",
    "quotactl",
    "acct",
};

/* Denied as well to a worker that only parses: programs, and every change of the file system. */
static const char *const denied_to_parsers[] = {
    "execve",   "execveat", "fork",      "vfork",     "clone",     "kill",      "creat",
    "truncate", "unlink",   "unlinkat",  "rename",    "renameat",  "renameat2", "mkdir",
    "mkdirat",  "rmdir",    "link",      "linkat",    "symlink",   "symlinkat", "mknod",
    "mknodat",  "chmod",    "fchmod",    "fchmodat",  "chown",     "fchown",    "lchown",
    "fchownat", "setxattr", "lsetxattr", "fsetxattr", "utimensat",
};

static void deny(scmp_filter_ctx filter, const char *const *names, gsize count) {
    for (gsize i = 0; i < count; i++) {
        int call = seccomp_syscall_resolve_name(names[i]);
        if (call != __NR_SCMP_ERROR) {
            (void)seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0);
        }
    }
}

/* Opening a file for anything but reading. openat2 hides its flags behind a pointer. */
static void deny_writing(scmp_filter_ctx filter) {
    static const guint flags[] = {O_WRONLY, O_RDWR, O_CREAT, O_TRUNC};
    for (gsize i = 0; i < G_N_ELEMENTS(flags); i++) {
        (void)seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(open), 1,
                               SCMP_A1(SCMP_CMP_MASKED_EQ, flags[i], flags[i]));
        (void)seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(openat), 1,
                               SCMP_A2(SCMP_CMP_MASKED_EQ, flags[i], flags[i]));
    }
    (void)seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0);
}

static void install_filter(SandboxProfile profile) {
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == NULL) {
        return;
    }
    deny(filter, denied_to_all, G_N_ELEMENTS(denied_to_all));
    if (profile == SANDBOX_PARSE) {
        deny(filter, denied_to_parsers, G_N_ELEMENTS(denied_to_parsers));
        deny_writing(filter);
        /* The C library then tries clone, whose answer it reports. */
        (void)seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    }
    (void)seccomp_load(filter);
    seccomp_release(filter);
}
#else
static void install_filter(SandboxProfile profile) {
    (void)profile;
}
#endif

#ifdef SYL_SANITIZED
static const gboolean memory_is_limited = FALSE;
#else
static const gboolean memory_is_limited = TRUE;
#endif

static void limit(__rlimit_resource_t resource, rlim_t most) {
    struct rlimit limit = {most, most};
    (void)setrlimit(resource, &limit);
}

static void prefer_for_oom_killer(void) {
    static const char score[] = "800";
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return;
    }
    ssize_t written = write(fd, score, strlen(score));
    (void)written;
    close(fd);
}

void sandbox_enter(SandboxProfile profile, gulong memory_bytes) {
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prefer_for_oom_killer();
    if (memory_is_limited) {
        limit(RLIMIT_AS, memory_bytes);
    }
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, SANDBOX_MAX_FILE_BYTES);
    limit(RLIMIT_NOFILE, SANDBOX_MAX_OPEN_FILES);
    install_filter(profile);
}

void sandbox_limit_cpu(guint seconds) {
    struct rusage used;
    struct rlimit cpu;
    if (getrusage(RUSAGE_SELF, &used) != 0 || getrlimit(RLIMIT_CPU, &cpu) != 0) {
        return;
    }
    /* Parts of a second are rounded up: one for user and one for system time. */
    cpu.rlim_cur = (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec + 1) + seconds;
    if (cpu.rlim_max != RLIM_INFINITY && cpu.rlim_cur > cpu.rlim_max) {
        cpu.rlim_cur = cpu.rlim_max;
    }
    (void)setrlimit(RLIMIT_CPU, &cpu);
}
