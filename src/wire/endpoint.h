/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_ENDPOINT_H
#define AW_WIRE_ENDPOINT_H

#include <allswell/invite.h>

#include "wire/message.h"

/* Endpoint: one relay inside invite and hello (rule `endpoint` of spec/allswell.cddl). */

extern const struct aw_wire_map aw_endpoint_map;

#endif /* AW_WIRE_ENDPOINT_H */
