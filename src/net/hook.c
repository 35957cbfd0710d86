/* SPDX-License-Identifier: ISC */
#include "net/loop.h"

#include "base/assert.h"
#include "store/alloc.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a command keeps of our own environment. */
static const char *const kept[] = {"PATH", "HOME", "LANG", "TZ"};

#define ENV_MAX       64
#define ARG_MAX_COUNT 64

struct hook {
    uv_process_t process;
    uv_timer_t limit;
    struct aw_loop *loop;
    aw_hook_done *done;
    void *ctx;
    struct aw_hook_result result;
    unsigned open_handles;
};

/* Copies of strings, ended by NULL; libuv wants them writable. */
struct strings {
    char *items[ENV_MAX + 1];
    size_t count;
};

static void strings_free(struct strings *s)
{
    while (s->count > 0)
        aw_free(s->items[--s->count]);
}

static bool strings_add(struct strings *s, const char *name, const char *value)
{
    size_t len = strlen(name) + strlen(value) + 2;
    char *copy;

    if (s->count == ENV_MAX)
        return false;
    copy = aw_alloc(len);
    if (copy == NULL)
        return false;
    (void)snprintf(copy, len, "%s%s%s", name, name[0] == '\0' ? "" : "=", value);
    s->items[s->count++] = copy;
    return true;
}

static bool build_env(struct strings *out, const char *const *env)
{
    size_t i;

    for (i = 0; i < AW_COUNT(kept); i++) {
        const char *value = getenv(kept[i]);

        if (value != NULL && !strings_add(out, kept[i], value))
            return false;
    }
    for (i = 0; env != NULL && env[i] != NULL; i++) {
        if (!strings_add(out, "", env[i]))
            return false;
    }
    return true;
}

static void on_closed(uv_handle_t *handle)
{
    struct hook *hook = handle->data;

    if (--hook->open_handles > 0)
        return;
    hook->loop->hook_count--;
    aw_free(hook);
}

static void close_all(struct hook *hook)
{
    if (hook->open_handles == 2)
        uv_close((uv_handle_t *)&hook->process, on_closed);
    uv_close((uv_handle_t *)&hook->limit, on_closed);
}

static void on_ended(uv_process_t *process, int64_t exit_code, int number)
{
    struct hook *hook = process->data;

    hook->result.signal = number;
    hook->result.exit_code = number != 0 ? -1 : (int)exit_code;
    if (hook->done != NULL)
        hook->done(hook->ctx, &hook->result);
    close_all(hook);
}

/* The command is the leader of its own group, so what it has started ends with it. */
static void on_limit(uv_timer_t *timer)
{
    struct hook *hook = timer->data;

    hook->result.timed_out = true;
    (void)kill(-hook->process.pid, SIGKILL);
}

static int spawn(struct hook *hook, int fd, struct strings *argv, struct strings *env)
{
    uv_stdio_container_t stdio[3] = {
        {.flags = fd < 0 ? UV_IGNORE : UV_INHERIT_FD, .data.fd = fd}, /* or /dev/null */
        {.flags = UV_INHERIT_FD, .data.fd = fd < 0 ? 1 : fd},
        {.flags = UV_INHERIT_FD, .data.fd = 2},
    };
    const uv_process_options_t options = {
        .exit_cb = on_ended,
        .file = argv->items[0],
        .args = argv->items,
        .env = env->items,
        .stdio_count = 3,
        .stdio = stdio,
        .flags = UV_PROCESS_DETACHED, /* a session, so a process group, of its own */
    };

    return uv_spawn(&hook->loop->uv, &hook->process, &options);
}

static enum aw_status start(struct aw_loop *loop, int fd, const char *const *argv,
                            const char *const *env, uint64_t timeout_ms, aw_hook_done *done,
                            void *ctx)
{
    struct strings args = {0}, vars = {0};
    struct hook *hook;
    bool ok = true;
    size_t i;

    AW_ASSERT(argv[0] != NULL);
    if (loop->hook_count >= AW_HOOK_RUNNING_MAX)
        return AW_E_BUSY;
    hook = aw_alloc(sizeof *hook);
    if (hook == NULL)
        return AW_E_STATE;
    *hook = (struct hook){.loop = loop, .done = done, .ctx = ctx, .open_handles = 1};
    loop->hook_count++;
    (void)uv_timer_init(&loop->uv, &hook->limit);
    hook->process.data = hook->limit.data = hook;
    for (i = 0; ok && argv[i] != NULL; i++)
        ok = strings_add(&args, "", argv[i]);
    ok = ok && build_env(&vars, env);
    if (ok) {
        hook->open_handles = 2; /* a process that could not start has a handle, too */
        ok = spawn(hook, fd, &args, &vars) == 0;
    }
    strings_free(&args);
    strings_free(&vars);
    if (ok) {
        (void)uv_timer_start(&hook->limit, on_limit, timeout_ms, 0);
        return AW_OK;
    }
    hook->done = NULL;
    close_all(hook);
    return AW_E_STATE;
}

enum aw_status aw_hook_run(struct aw_loop *loop, const char *const *argv, const char *const *env,
                           uint64_t timeout_ms, aw_hook_done *done, void *ctx)
{
    return start(loop, -1, argv, env, timeout_ms, done, ctx);
}

enum aw_status aw_hook_talk(struct aw_loop *loop, int fd, const char *const *argv,
                            const char *const *env, uint64_t timeout_ms, aw_hook_done *done,
                            void *ctx)
{
    AW_ASSERT(fd >= 0);
    return start(loop, fd, argv, env, timeout_ms, done, ctx);
}
