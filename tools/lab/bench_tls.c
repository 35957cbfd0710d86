/* SPDX-License-Identifier: ISC */
#include "bench_load.h"

#include <dlfcn.h>

/*
 * TLS only to measure a peer. libssl comes with that peer's own package; it is looked up when
 * the benchmark runs, so that nothing here is built against it.
 */

static struct {
    void *library;
    void *ctx;
    const void *(*client_method)(void);
    void *(*ctx_new)(const void *method);
    void *(*ssl_new)(void *ctx);
    int (*set_fd)(void *ssl, int fd);
    int (*connect)(void *ssl);
    int (*read)(void *ssl, void *out, int len);
    int (*write)(void *ssl, const void *bytes, int len);
    int (*get_error)(const void *ssl, int rc);
    long (*ctrl)(void *ssl, int command, long arg, void *ptr);
    void (*free)(void *ssl);
} tls;

#define TLS_WANT_READ    2
#define TLS_WANT_WRITE   3
#define TLS_CTRL_MODE    33
#define TLS_MODE_PARTIAL 0x3 /* partial writes, from a buffer that may move */

/* A function pointer from dlsym() by way of memory, as POSIX wants it. */
static bool find(const char *name, void **out)
{
    *out = dlsym(tls.library, name);
    return *out != NULL;
}

static bool load(void)
{
    if (tls.ctx != NULL)
        return true;
    tls.library = dlopen("libssl.so.3", RTLD_NOW);
    if (tls.library == NULL || !find("TLS_client_method", (void **)&tls.client_method) ||
        !find("SSL_CTX_new", (void **)&tls.ctx_new) || !find("SSL_new", (void **)&tls.ssl_new) ||
        !find("SSL_set_fd", (void **)&tls.set_fd) || !find("SSL_connect", (void **)&tls.connect) ||
        !find("SSL_read", (void **)&tls.read) || !find("SSL_write", (void **)&tls.write) ||
        !find("SSL_get_error", (void **)&tls.get_error) || !find("SSL_ctrl", (void **)&tls.ctrl) ||
        !find("SSL_free", (void **)&tls.free))
        return false;
    tls.ctx = tls.ctx_new(tls.client_method());
    return tls.ctx != NULL;
}

bool bench_tls_connect(struct bench_conn *c)
{
    if (!load())
        return false;
    c->tls = tls.ssl_new(tls.ctx);
    if (c->tls == NULL)
        return false;
    (void)tls.ctrl(c->tls, TLS_CTRL_MODE, TLS_MODE_PARTIAL, NULL);
    return tls.set_fd(c->tls, c->fd) == 1 && tls.connect(c->tls) == 1;
}

void bench_tls_close(struct bench_conn *c)
{
    if (c->tls != NULL)
        tls.free(c->tls);
    c->tls = NULL;
}

static ssize_t result(const struct bench_conn *c, int rc)
{
    int error;

    if (rc > 0)
        return rc;
    error = tls.get_error(c->tls, rc);
    return error == TLS_WANT_READ || error == TLS_WANT_WRITE ? 0 : -1;
}

ssize_t bench_tls_read(struct bench_conn *c, void *out, size_t len)
{
    return result(c, tls.read(c->tls, out, (int)len));
}

ssize_t bench_tls_write(struct bench_conn *c, const void *bytes, size_t len)
{
    return result(c, tls.write(c->tls, bytes, (int)len));
}
