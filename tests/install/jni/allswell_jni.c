/* SPDX-License-Identifier: ISC */
/*
 * Allswell from Java: the native half of Allswell.java, to read and to copy. It passes on and holds
 * no state but the engines that it places; store, relay, clock and screen are in Java.
 *
 * A status goes to Java as the name that spec/ has for it, in an exception; bytes are copied at the
 * border, so that no borrowed pointer outlives a call.
 */
#include <allswell/contact.h>
#include <allswell/presence.h>
#include <allswell/subject.h>
#include <allswell/version.h>

#include <jni.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define JAVA(type, name) JNIEXPORT type JNICALL Java_Allswell_##name

/* One engine of either kind, in memory of its own: it never moves. */
struct engine {
    struct aw_subject *subject; /* one of the two is NULL */
    struct aw_contact *contact;
};

static bool fill(void *ctx, uint8_t *out, size_t len)
{
    (void)ctx;
    return len <= 256 && getrandom(out, len, 0) == (ssize_t)len;
}

static const struct aw_random random_source = {fill, NULL};

static struct aw_now now_of(jlong mono_ms, jlong wall_ms)
{
    return (struct aw_now){(uint64_t)mono_ms, (uint64_t)wall_ms};
}

static void check(JNIEnv *env, enum aw_status status)
{
    jclass error = (*env)->FindClass(env, "Allswell$Refused");

    if (status != AW_OK && error != NULL)
        (*env)->ThrowNew(env, error, aw_status_name(status));
}

static jbyteArray array_of(JNIEnv *env, const void *ptr, size_t len)
{
    jbyteArray array = (*env)->NewByteArray(env, (jsize)len);

    if (array != NULL)
        (*env)->SetByteArrayRegion(env, array, 0, (jsize)len, ptr);
    return array;
}

/* Java bytes into `space`; false with an exception when there are too few or too many. */
static bool take(JNIEnv *env, jbyteArray array, uint8_t *space, size_t min, size_t max,
                 struct aw_bytes *out)
{
    size_t len = array == NULL ? 0 : (size_t)(*env)->GetArrayLength(env, array);

    if (array == NULL || len < min || len > max) {
        check(env, AW_E_RANGE);
        return false;
    }
    (*env)->GetByteArrayRegion(env, array, 0, (jsize)len, (jbyte *)space);
    *out = (struct aw_bytes){space, len};
    return true;
}

static jstring text_of(JNIEnv *env, enum aw_status status, const struct aw_buf *buf)
{
    char text[1024];

    check(env, status);
    if (status != AW_OK || buf->len >= sizeof text)
        return NULL;
    memcpy(text, buf->ptr, buf->len);
    text[buf->len] = '\0';
    return (*env)->NewStringUTF(env, text);
}

/* Where both read: the address and key of a relay. */
static struct aw_endpoint relay_of(JNIEnv *env, jstring address)
{
    struct aw_endpoint relay = {.relay_key = {9}};
    const char *text = (*env)->GetStringUTFChars(env, address, NULL);

    if (text != NULL) {
        strncpy(relay.address, text, sizeof relay.address - 1);
        (*env)->ReleaseStringUTFChars(env, address, text);
    }
    return relay;
}

/* ---- Life of an engine ---- */

/* The engines must be those of these headers: their sizes are compiled in. */
JAVA(jboolean, isSameVersion)(JNIEnv *env, jclass class)
{
    (void)env, (void)class;
    return aw_version() == AW_VERSION;
}

JAVA(jlong, open)(JNIEnv *env, jclass class, jboolean is_subject, jlong mono_ms, jlong wall_ms)
{
    struct engine *e = calloc(1, sizeof *e);
    struct aw_now now = now_of(mono_ms, wall_ms);
    enum aw_status st;

    (void)class;
    if (e == NULL)
        return 0;
    e->subject = is_subject ? aligned_alloc(64, sizeof *e->subject) : NULL;
    e->contact = is_subject ? NULL : aligned_alloc(64, sizeof *e->contact);
    if (e->subject == NULL && e->contact == NULL) {
        free(e);
        return 0;
    }
    st = is_subject ? aw_subject_init(e->subject, &random_source, now)
                    : aw_contact_init(e->contact, &random_source, 1, now);
    check(env, st);
    return (jlong)(intptr_t)e;
}

JAVA(void, load)(JNIEnv *env, jclass class, jlong handle, jint space, jlong key, jbyteArray value)
{
    struct engine *e = (struct engine *)(intptr_t)handle;
    jsize len = (*env)->GetArrayLength(env, value);
    jbyte *bytes = (*env)->GetByteArrayElements(env, value, NULL);
    struct aw_bytes record = {(const uint8_t *)bytes, (size_t)len};

    (void)class;
    if (bytes == NULL)
        return;
    check(env, e->subject != NULL
                   ? aw_subject_load(e->subject, (uint8_t)space, (uint64_t)key, record)
                   : aw_contact_load(e->contact, (uint8_t)space, (uint64_t)key, record));
    (*env)->ReleaseByteArrayElements(env, value, bytes, JNI_ABORT);
}

JAVA(void, start)(JNIEnv *env, jclass class, jlong handle, jlong mono_ms, jlong wall_ms)
{
    struct engine *e = (struct engine *)(intptr_t)handle;
    struct aw_now now = now_of(mono_ms, wall_ms);

    (void)class;
    check(env, e->subject != NULL ? aw_subject_start(e->subject, now)
                                  : aw_contact_start(e->contact, now));
}

JAVA(void, close)(JNIEnv *env, jclass class, jlong handle)
{
    struct engine *e = (struct engine *)(intptr_t)handle;

    (void)env, (void)class;
    if (e->subject != NULL)
        aw_subject_wipe(e->subject);
    else
        aw_contact_wipe(e->contact);
    free(e->subject);
    free(e->contact);
    free(e);
}

/* ---- Actions ---- */

static void call_host(JNIEnv *env, jobject host, const char *name, const char *signature, ...)
{
    jmethodID method = (*env)->GetMethodID(env, (*env)->GetObjectClass(env, host), name, signature);
    va_list args;

    va_start(args, signature);
    if (method != NULL)
        (*env)->CallVoidMethodV(env, host, method, args);
    va_end(args);
}

static void perform(JNIEnv *env, jobject host, const struct aw_action *action)
{
    switch (action->kind) {
    case AW_ACTION_STORE: /* all of them or none */
        for (size_t i = 0; i < action->store.count && !(*env)->ExceptionCheck(env); i++) {
            const struct aw_store_op *op = &action->store.ops[i];
            jbyteArray value =
                op->value.ptr == NULL ? NULL : array_of(env, op->value.ptr, op->value.len);

            call_host(env, host, "put", "(IJ[B)V", (jint)op->space, (jlong)op->key, value);
            (*env)->DeleteLocalRef(env, value);
        }
        if (!(*env)->ExceptionCheck(env))
            call_host(env, host, "commit", "()V");
        break;
    case AW_ACTION_SEND:
        call_host(env, host, "deposit", "([B[BI)V", array_of(env, action->send.capability, 32),
                  array_of(env, action->send.cell.ptr, action->send.cell.len),
                  (jint)action->send.arm_after_s);
        break;
    case AW_ACTION_EVENT:
        call_host(env, host, "show", "(Ljava/lang/String;I)V",
                  (*env)->NewStringUTF(env, aw_event_name(action->event.kind)),
                  (jint)action->event.urgency);
        break;
    }
}

/* After every input: takes the actions, has the host do them, reports each. What the host throws is
 * reported as not done, and the engine hands it out again. */
JAVA(void, serve)
(JNIEnv *env, jclass class, jlong handle, jobject host, jlong mono_ms, jlong wall_ms)
{
    struct engine *e = (struct engine *)(intptr_t)handle;
    struct aw_now now = now_of(mono_ms, wall_ms);
    struct aw_action action;

    (void)class;
    while (e->subject != NULL ? aw_subject_next_action(e->subject, &action)
                              : aw_contact_next_action(e->contact, &action)) {
        enum aw_status st = AW_OK;

        if ((*env)->PushLocalFrame(env, 16) != 0)
            return;
        perform(env, host, &action);
        if ((*env)->ExceptionCheck(env))
            st = action.kind == AW_ACTION_STORE ? AW_E_STORE : AW_E_NETWORK;
        if (e->subject != NULL)
            aw_subject_done(e->subject, action.id, st, now);
        else
            aw_contact_done(e->contact, action.id, st, now);
        (void)(*env)->PopLocalFrame(env, NULL);
        if (st != AW_OK)
            return; /* with what was thrown: the host decides when to go on */
    }
}

/* ---- Inputs of both ---- */

JAVA(void, tick)(JNIEnv *env, jclass class, jlong handle, jlong mono_ms, jlong wall_ms)
{
    struct engine *e = (struct engine *)(intptr_t)handle;

    (void)env, (void)class;
    if (e->subject != NULL)
        aw_subject_tick(e->subject, now_of(mono_ms, wall_ms));
    else
        aw_contact_tick(e->contact, now_of(mono_ms, wall_ms));
}

JAVA(jlong, deadline)(JNIEnv *env, jclass class, jlong handle)
{
    struct engine *e = (struct engine *)(intptr_t)handle;
    uint64_t at_ms = e->subject != NULL ? aw_subject_deadline_ms(e->subject)
                                        : aw_contact_deadline_ms(e->contact);

    (void)env, (void)class;
    return at_ms == AW_TIME_NEVER ? -1 : (jlong)at_ms;
}

/* The i-th mailbox to read, as its deposit capability; null: there are only i. Its id is in ids. */
JAVA(jbyteArray, mailbox)(JNIEnv *env, jclass class, jlong handle, jint i, jintArray id)
{
    struct engine *e = (struct engine *)(intptr_t)handle;
    struct aw_mailbox boxes[AW_SUBJECT_MAILBOX_MAX];
    size_t count = e->subject != NULL ? aw_subject_mailboxes(e->subject, boxes)
                                      : aw_contact_mailboxes(e->contact, boxes);
    jbyteArray capability = NULL;

    (void)class;
    if (i >= 0 && (size_t)i < count) {
        jint number = (jint)boxes[i].id;

        (*env)->SetIntArrayRegion(env, id, 0, 1, &number);
        capability = array_of(env, boxes[i].deposit_capability, 32);
    }
    explicit_bzero(boxes, sizeof boxes);
    return capability;
}

/* One cell: the name of the status. "busy": serve, and feed it again. */
JAVA(jstring, feed)
(JNIEnv *env, jclass class, jlong handle, jint box, jbyteArray cell, jint at_s, jlong mono_ms,
 jlong wall_ms)
{
    struct engine *e = (struct engine *)(intptr_t)handle;
    struct aw_now now = now_of(mono_ms, wall_ms);
    uint8_t space[16384];
    struct aw_bytes bytes;
    enum aw_status st;

    (void)class;
    if (!take(env, cell, space, 0, sizeof space, &bytes))
        return NULL;
    st = e->subject != NULL
             ? aw_subject_feed(e->subject, (uint32_t)box, bytes, (uint32_t)at_s, now)
             : aw_contact_feed(e->contact, (uint32_t)box, bytes, (uint32_t)at_s, now);
    return (*env)->NewStringUTF(env, aw_status_name(st));
}

JAVA(jstring, words)(JNIEnv *env, jclass class, jlong handle)
{
    struct engine *e = (struct engine *)(intptr_t)handle;
    uint8_t space[128];
    struct aw_buf buf = {space, sizeof space, 0};
    enum aw_status st = e->subject != NULL ? aw_subject_words(e->subject, 1, &buf)
                                           : aw_contact_words(e->contact, &buf);

    (void)class;
    return text_of(env, st, &buf);
}

JAVA(void, verify)(JNIEnv *env, jclass class, jlong handle, jlong mono_ms, jlong wall_ms)
{
    struct engine *e = (struct engine *)(intptr_t)handle;
    struct aw_now now = now_of(mono_ms, wall_ms);

    (void)class;
    check(env, e->subject != NULL ? aw_subject_verify(e->subject, 1, now)
                                  : aw_contact_verify(e->contact, now));
}

/* ---- Hers ---- */

JAVA(jstring, invite)
(JNIEnv *env, jclass class, jlong handle, jstring address, jlong mono_ms, jlong wall_ms)
{
    struct engine *e = (struct engine *)(intptr_t)handle;
    struct aw_endpoint relay = relay_of(env, address);
    uint8_t space[AW_INVITE_URI_MAX], person;
    struct aw_buf uri = {space, sizeof space, 0};
    enum aw_status st = aw_subject_invite(e->subject, &relay, 1, "Subject", 3600, &uri, &person,
                                          now_of(mono_ms, wall_ms));

    (void)class;
    return text_of(env, st, &uri);
}

/* Takes a good part of a second and 64 MiB: not on the thread that draws the screen. */
JAVA(jbyteArray, presenceKey)(JNIEnv *env, jclass class, jbyteArray secret, jbyteArray salt)
{
    uint8_t space[256], salt_space[AW_PRESENCE_SALT_LEN], key[AW_PRESENCE_KEY_LEN];
    struct aw_bytes typed, salted;
    jbyteArray out = NULL;
    enum aw_status st;

    (void)class;
    if (!take(env, salt, salt_space, sizeof salt_space, sizeof salt_space, &salted) ||
        !take(env, secret, space, 1, sizeof space, &typed))
        return NULL;
    st = aw_presence_derive(key, typed, salt_space, NULL, AW_PRESENCE_STANDARD);
    if (st == AW_OK)
        out = array_of(env, key, sizeof key);
    check(env, st);
    explicit_bzero(space, sizeof space);
    explicit_bzero(key, sizeof key);
    return out;
}

JAVA(void, plan)
(JNIEnv *env, jclass class, jlong handle, jbyteArray safe, jbyteArray duress, jlong mono_ms,
 jlong wall_ms)
{
    struct engine *e = (struct engine *)(intptr_t)handle;
    struct aw_secrets secrets = {.circle = 1};
    struct aw_bytes bytes;
    struct aw_plan plan;

    (void)class;
    aw_plan_default(&plan, 1);
    strcpy(plan.roster[0].name, "Contact");
    if (take(env, safe, secrets.safe_key, 32, 32, &bytes) &&
        take(env, duress, secrets.duress_key, 32, 32, &bytes))
        check(env, aw_subject_plan_set(e->subject, &plan, &secrets, secrets.safe_key,
                                       now_of(mono_ms, wall_ms)));
    explicit_bzero(&secrets, sizeof secrets);
}

JAVA(void, checkin)
(JNIEnv *env, jclass class, jlong handle, jbyteArray presence_key, jlong mono_ms, jlong wall_ms)
{
    struct engine *e = (struct engine *)(intptr_t)handle;
    uint8_t key[AW_PRESENCE_KEY_LEN];
    struct aw_bytes bytes;

    (void)class;
    if (take(env, presence_key, key, sizeof key, sizeof key, &bytes))
        check(env, aw_subject_checkin(e->subject, key, NULL, 0, NULL, now_of(mono_ms, wall_ms)));
    explicit_bzero(key, sizeof key);
}

/* ---- His ---- */

JAVA(void, join)
(JNIEnv *env, jclass class, jlong handle, jbyteArray uri, jstring address, jlong mono_ms,
 jlong wall_ms)
{
    struct engine *e = (struct engine *)(intptr_t)handle;
    struct aw_endpoint relay = relay_of(env, address);
    uint8_t space[AW_INVITE_URI_MAX];
    struct aw_bytes bytes;

    (void)class;
    if (take(env, uri, space, 0, sizeof space, &bytes))
        check(env,
              aw_contact_join(e->contact, bytes, &relay, 1, "Contact", now_of(mono_ms, wall_ms)));
}

/* State of the ladder and verdict of the newest check-in, as the enums of contact.h. */
JAVA(jintArray, view)(JNIEnv *env, jclass class, jlong handle)
{
    struct engine *e = (struct engine *)(intptr_t)handle;
    struct aw_contact_view view;
    jintArray out = (*env)->NewIntArray(env, 2);
    jint values[2];

    (void)class;
    aw_contact_view(e->contact, &view);
    values[0] = (jint)view.state;
    values[1] = (jint)view.checkin.verdict;
    if (out != NULL)
        (*env)->SetIntArrayRegion(env, out, 0, 2, values);
    return out;
}
