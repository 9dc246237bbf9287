/* Loaded before a program that uses OpenSSL 3, writes its key log to SSLKEYLOGFILE: eapol_test and others do not themselves.
   gcc -shared -fPIC -o keylog.so keylog.c -ldl */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

typedef void (*callback)(const void *ssl, const char *line);

static void written(const void *ssl, const char *line) {
  (void)ssl;
  FILE *file = fopen(getenv("SSLKEYLOGFILE"), "a");
  if (file == NULL) return;
  fprintf(file, "%s\n", line);
  fclose(file);
}

void *SSL_CTX_new(const void *method) {
  void *(*own)(const void *) = (void *(*)(const void *))dlsym(RTLD_NEXT, "SSL_CTX_new");
  void (*set)(void *, callback) = (void (*)(void *, callback))dlsym(RTLD_NEXT, "SSL_CTX_set_keylog_callback");
  void *context = own(method);
  if (context != NULL && getenv("SSLKEYLOGFILE") != NULL) set(context, written);
  return context;
}
