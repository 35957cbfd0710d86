/* SPDX-License-Identifier: ISC */
#include "store/sqlite.h"

/*
 * The log grows with every commit and has to be moved into the file now and then, which costs
 * two flushes and many writes. In a relay a thread does that, on a connection of its own, so
 * that no deposit waits for it. A log that is written all the time is never moved to its very
 * end by somebody else: when it has become long, the writer moves the little that is left and
 * the log starts again from its beginning, in space that the file system has already given.
 */

static void *mover_main(void *arg)
{
    struct aw_sqlite_mover *m = arg;

    (void)pthread_mutex_lock(&m->mutex);
    while (!m->stop) {
        if (!m->wanted) {
            (void)pthread_cond_wait(&m->cond, &m->mutex);
            continue;
        }
        m->wanted = false;
        (void)pthread_mutex_unlock(&m->mutex);
        (void)pthread_mutex_lock(&m->work);
        /* A failure leaves the log as it is, nothing is lost: the next commit asks again. */
        (void)sqlite3_wal_checkpoint_v2(m->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        (void)pthread_mutex_unlock(&m->work);
        (void)pthread_mutex_lock(&m->mutex);
    }
    (void)pthread_mutex_unlock(&m->mutex);
    return NULL;
}

enum aw_status aw_sqlite_mover_start(struct aw_sqlite *s)
{
    struct aw_sqlite_mover *m = &s->mover;
    int rc = aw_sqlite_connect(&m->db, s->path);

    if (rc != SQLITE_OK)
        return aw_sqlite_status(rc);
    if (pthread_mutex_init(&m->mutex, NULL) != 0 || pthread_mutex_init(&m->work, NULL) != 0 ||
        pthread_cond_init(&m->cond, NULL) != 0)
        return AW_E_STORE;
    if (pthread_create(&m->thread, NULL, mover_main, m) != 0)
        return AW_E_STORE;
    m->running = true;
    return AW_OK;
}

void aw_sqlite_mover_stop(struct aw_sqlite *s)
{
    struct aw_sqlite_mover *m = &s->mover;

    if (m->running) {
        (void)pthread_mutex_lock(&m->mutex);
        m->stop = true;
        (void)pthread_cond_signal(&m->cond);
        (void)pthread_mutex_unlock(&m->mutex);
        (void)pthread_join(m->thread, NULL);
        (void)pthread_cond_destroy(&m->cond);
        (void)pthread_mutex_destroy(&m->mutex);
        (void)pthread_mutex_destroy(&m->work);
        m->running = false;
    }
    (void)sqlite3_close(m->db);
    m->db = NULL;
}

enum aw_status aw_sqlite_empty_log(struct aw_sqlite *s)
{
    int rc;

    if (s->mover.running)
        (void)pthread_mutex_lock(&s->mover.work);
    rc = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (s->mover.running)
        (void)pthread_mutex_unlock(&s->mover.work);
    return aw_sqlite_status(rc);
}

static void wake_mover(struct aw_sqlite_mover *m)
{
    (void)pthread_mutex_lock(&m->mutex);
    m->wanted = true;
    (void)pthread_cond_signal(&m->cond);
    (void)pthread_mutex_unlock(&m->mutex);
}

void aw_sqlite_after_commit(struct aw_sqlite *s)
{
    if ((s->flags & AW_SQLITE_SECURE) != 0) {
        /* spec/10-storage.md §5: "A store of a home MUST overwrite erased and replaced values in
         * its file and empty its log with each commit, and try again with the next one where
         * that failed." */
        enum aw_status st = aw_sqlite_empty_log(s);

        (void)st; /* the commit itself is safe */
        return;
    }
    if (s->wal_pages < AW_SQLITE_WAL_WAKE_PAGES)
        return;
    if (!s->mover.running) {
        (void)sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        return;
    }
    wake_mover(&s->mover);
    if (s->wal_pages < AW_SQLITE_WAL_HELP_PAGES)
        return;
    if (s->wal_pages >= AW_SQLITE_WAL_WAIT_PAGES)
        (void)pthread_mutex_lock(&s->mover.work);
    else if (pthread_mutex_trylock(&s->mover.work) != 0)
        return;
    (void)sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    (void)pthread_mutex_unlock(&s->mover.work);
}
