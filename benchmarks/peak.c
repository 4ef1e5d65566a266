/* Runs a command and writes its peak RSS in KiB to a file: a child of a big parent would begin with
   the parent's peak.
   peak FILE COMMAND... */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const pid_t child = fork();
  if (child < 0) return 1;
  if (child == 0) {
    execv(argv[2], argv + 2);
    _exit(127);
  }
  int status = 0;
  struct rusage used;
  if (wait4(child, &status, 0, &used) < 0) return 1;
  FILE* file = fopen(argv[1], "w");
  if (file == NULL) return 1;
  fprintf(file, "%ld\n", used.ru_maxrss);
  if (fclose(file) != 0) return 1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
