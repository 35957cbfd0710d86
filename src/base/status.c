/* SPDX-License-Identifier: ISC */
#include <allswell/base.h>

enum aw_status_class aw_status_class(enum aw_status status)
{
    if (status >= 0)
        return AW_CLASS_OK;
    if (status >= -19)
        return AW_CLASS_USAGE;
    if (status >= -39)
        return AW_CLASS_REFUSED;
    if (status >= -59)
        return AW_CLASS_SESSION;
    return AW_CLASS_ENVIRONMENT;
}

const char *aw_status_name(enum aw_status status)
{
    switch (status) {
    case AW_OK:
        return "ok";
    case AW_E_SPACE:
        return "space";
    case AW_E_STATE:
        return "state";
    case AW_E_BUSY:
        return "busy";
    case AW_E_LIMIT:
        return "limit";
    case AW_E_NOT_FOUND:
        return "not-found";
    case AW_E_FORMAT:
        return "format";
    case AW_E_RANGE:
        return "range";
    case AW_E_AUTH:
        return "auth";
    case AW_E_REPLAY:
        return "replay";
    case AW_E_VERSION:
        return "version";
    case AW_E_STALE:
        return "stale";
    case AW_E_KEYS:
        return "keys";
    case AW_E_PEER_RESET:
        return "peer-reset";
    case AW_E_STORE:
        return "store";
    case AW_E_ENTROPY:
        return "entropy";
    case AW_E_NETWORK:
        return "network";
    case AW_E_DAMAGED:
        return "damaged";
    }
    return "unknown";
}
