/* SPDX-License-Identifier: ISC */
#include "common/qr.h"

#include "common/fail.h"

#include <qrencode.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>

#define QUIET 4 /* modules around the code, as ISO 18004 asks for */

static bool is_dark(const QRcode *code, int x, int y)
{
    if (x < 0 || y < 0 || x >= code->width || y >= code->width)
        return false;
    return (code->data[y * code->width + x] & 1) != 0;
}

static void draw(FILE *to, const QRcode *code)
{
    for (int y = -QUIET; y < code->width + QUIET; y += 2) {
        /* Black on white, whatever the colours of the terminal. */
        (void)fputs("\033[30;107m", to);
        for (int x = -QUIET; x < code->width + QUIET; x++) {
            bool upper = is_dark(code, x, y), lower = is_dark(code, x, y + 1);

            (void)fputs(upper ? (lower ? "\u2588" : "\u2580") : (lower ? "\u2584" : " "), to);
        }
        (void)fputs("\033[0m\n", to);
    }
}

/* Columns of the terminal, or as many as it takes where there is none. */
static int columns_of(FILE *to, int wanted)
{
    struct winsize size;

    if (ioctl(fileno(to), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return wanted;
    return size.ws_col;
}

void qr_print(FILE *to, const char *text, const char *instead)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
    int wanted, columns;

    if (code == NULL) {
        (void)fprintf(stderr, "%s: no memory for the QR code: %s\n", tool_name, instead);
        return;
    }
    wanted = code->width + 2 * QUIET;
    columns = columns_of(to, wanted);
    if (columns >= wanted)
        draw(to, code);
    else
        (void)fprintf(stderr,
                      "%s: the QR code has %d columns, the terminal %d: make it wider, or %s\n",
                      tool_name, wanted, columns, instead);
    /* The code shows a secret: its modules are wiped as the text is. */
    explicit_bzero(code->data, (size_t)code->width * (size_t)code->width);
    QRcode_free(code);
}
