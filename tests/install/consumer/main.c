/* SPDX-License-Identifier: ISC */
/* Somebody else's program: it sees the installed headers and archives, nothing of this tree. */
#include <allswell/allswell.h>
#include <allswell/store.h>

#include <stdio.h>
#include <string.h>

int main(void)
{
    if (strcmp(aw_status_name(AW_E_REPLAY), "replay") != 0)
        return 1;
    if (aw_status_class(AW_E_REPLAY) != AW_CLASS_REFUSED)
        return 1;
    printf("allswell %s\n", ALLSWELL_VERSION_STRING);
    return 0;
}
