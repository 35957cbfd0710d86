/* SPDX-License-Identifier: ISC */
#include "common/http.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

struct http http;

#define CALL(name)                                                                                 \
    {                                                                                              \
        "MHD_" #name, offsetof(struct http, name)                                                  \
    }

bool http_load(struct tool_fail *fail)
{
    static const struct {
        const char *name;
        size_t offset;
    } calls[] = {
        CALL(add_response_header),
        CALL(create_response_from_buffer),
        CALL(create_response_from_buffer_with_free_callback),
        CALL(create_response_from_callback),
        CALL(destroy_response),
        CALL(get_connection_info),
        CALL(get_daemon_info),
        CALL(get_timeout),
        CALL(lookup_connection_value),
        CALL(queue_response),
        CALL(resume_connection),
        CALL(run),
        CALL(start_daemon),
        CALL(stop_daemon),
        CALL(suspend_connection),
    };
    void *library = dlopen(ALLSWELL_MICROHTTPD, RTLD_NOW | RTLD_LOCAL);

    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        const void *call = library == NULL ? NULL : dlsym(library, calls[i].name);

        if (call == NULL)
            return fail_set(fail, TOOL_ENVIRONMENT,
                            "a web server needs %s, which cannot be loaded: install libmicrohttpd",
                            ALLSWELL_MICROHTTPD);
        memcpy((char *)&http + calls[i].offset, &call, sizeof call);
    }
    return true;
}
