/* SPDX-License-Identifier: ISC */
#ifndef AW_TESTS_FOLDER_H
#define AW_TESTS_FOLDER_H

/*
 * A fresh folder under the system's temporary folder, removed with all that is in it at the end of
 * the process (of the one that made it, not of its children). The path lives until then.
 */
const char *folder_new(void);

/* "<folder>/<name>" in a ring of eight static buffers. */
const char *folder_path(const char *folder, const char *name);

#endif /* AW_TESTS_FOLDER_H */
