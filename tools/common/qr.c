/* SPDX-License-Identifier: ISC */
#include "common/qr.h"

#include <qrencode.h>
#include <string.h>

#define QUIET 4 /* modules around the code, as ISO 18004 asks for */

static bool is_dark(const QRcode *code, int x, int y)
{
    if (x < 0 || y < 0 || x >= code->width || y >= code->width)
        return false;
    return (code->data[y * code->width + x] & 1) != 0;
}

bool qr_print(FILE *to, const char *text)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);

    if (code == NULL)
        return false;
    for (int y = -QUIET; y < code->width + QUIET; y += 2) {
        /* Black on white, whatever the colours of the terminal. */
        (void)fputs("\033[30;107m", to);
        for (int x = -QUIET; x < code->width + QUIET; x++) {
            bool upper = is_dark(code, x, y), lower = is_dark(code, x, y + 1);

            (void)fputs(upper ? (lower ? "\u2588" : "\u2580") : (lower ? "\u2584" : " "), to);
        }
        (void)fputs("\033[0m\n", to);
    }
    /* The code shows a secret: its modules are wiped as the text is. */
    explicit_bzero(code->data, (size_t)code->width * (size_t)code->width);
    QRcode_free(code);
    return true;
}
