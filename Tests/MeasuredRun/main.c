// Runs a program and says what it took: measured-run REPORT PROGRAM ARGUMENTS...
//
// The report has the exit code (128 and the signal's number for a program that a signal ended), the most memory in
// bytes that it had at once, and how many milliseconds it ran. A small process of its own, because the most memory of a
// child counts from what its parent had when it was started, and a process full of tests has much.

#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

int main(int count, char **arguments) {
    if (count < 3) return 64;
    const double began = milliseconds();
    pid_t child;
    if (posix_spawn(&child, arguments[2], NULL, NULL, arguments + 2, environ) != 0) return 71;
    int status = 0;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) != child) return 71;
    const int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    FILE *report = fopen(arguments[1], "w");
    if (report == NULL) return 73;
    fprintf(report, "%d %ld %.0f\n", code, usage.ru_maxrss * 1024, milliseconds() - began);
    return fclose(report) == 0 ? 0 : 74;
}
