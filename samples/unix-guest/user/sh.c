// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The shell. A line is cut into words and operators (sh-words.c); what lies between two operators of a level is run by
 * who handles that level: `;` and `&`, then `&&`, then `|`, then one command with its redirections. Quotes keep blanks
 * and operators in a word; $? is the last status; $NAME is what `NAME=value` has set.
 *
 *	sh			reads from the terminal, or from where its input comes
 *	sh FILE			runs a script
 *	sh -c 'COMMANDS'
 */
#include "sh.h"

int sh_status;
static bool interactive, behind;		/* behind: this is a copy of the shell for `&` */

static int wait_for(int pid)
{
	int raw = 0, ended;

	do
		ended = waitpid(-1, &raw, 0);
	while (ended >= 0 && ended != pid);
	return raw & 0x7f ? 128 + (raw & 0x7f) : raw & 0x80 ? raw & 0xff : raw >> 8 & 0xff;
}

/* Takes redirections out of a command. Returns false if a file cannot be opened. */
static bool redirect(struct token *tokens, int count, char *argv[])
{
	int argc = 0;

	for (int i = 0; i < count; i++) {
		int operator = tokens[i].operator, fd;

		if (!operator) {
			argv[argc++] = tokens[i].text;
			continue;
		}
		if (i + 1 == count || tokens[i + 1].operator) {
			print_error("redirection without a file", -EINVAL);
			return false;
		}
		fd = open(tokens[++i].text, operator == '<' ? O_RDONLY
				  : O_WRONLY | O_CREAT | (operator == '>' ? O_TRUNC : O_APPEND));
		if (fd < 0) {
			print_error(tokens[i].text, fd);
			return false;
		}
		dup2(fd, operator != '<');
		close(fd);
	}
	argv[argc] = NULL;
	return true;
}

/* In a process of its own. */
static void execute(struct token *tokens, int count)
{
	static char *const environment[] = { "PATH=/bin", NULL };
	char *argv[TOKENS + 1], path[PATH_MAX];
	int error;

	if (!redirect(tokens, count, argv))
		exit(1);
	if (!argv[0])
		exit(0);
	if (strchr(argv[0], '/'))
		strcopy(path, argv[0], sizeof(path));
	else
		join_path(path, "/bin", argv[0]);
	error = execve(path, argv, environment);
	print_error(argv[0], error);
	exit(127);
}

static int run_pipeline(struct token *tokens, int count)
{
	int last = 0, input = 0;

	for (int begin = 0, end; begin <= count; begin = end + 1) {
		int fds[2] = { 0, 1 };

		for (end = begin; end < count && tokens[end].operator != '|'; end++)
			;
		if (end < count && pipe(fds) < 0)
			return 1;
		last = fork();
		if (last == 0) {
			if (interactive && !behind)
				signal(SIGINT, SIG_DFL);
			if (input) {
				dup2(input, 0);
				close(input);
			}
			if (end < count) {
				dup2(fds[1], 1);
				close(fds[0]);
				close(fds[1]);
			}
			execute(tokens + begin, end - begin);
		}
		if (input)
			close(input);
		if (end < count)
			close(fds[1]);
		input = fds[0];
		if (last < 0) {
			print_error("fork", last);
			return 1;
		}
	}
	return wait_for(last);
}

/* What must happen in the shell itself. Returns false if it is none of these. */
static bool run_builtin(struct token *tokens, int count)
{
	const char *name = tokens[0].text;

	if (tokens[0].operator)
		return false;
	if (!strcmp(name, "exit"))
		exit(count > 1 ? (int)number(tokens[1].text) : sh_status);
	if (!strcmp(name, "cd")) {
		const char *path = count > 1 ? tokens[1].text : "/";
		int error = chdir(path);

		if (error)
			print_error(path, error);
		sh_status = error != 0;
		return true;
	}
	if (!strcmp(name, "wait")) {
		while (waitpid(-1, NULL, 0) > 0)
			;
	} else if (count != 1 || !sh_assign(name)) {
		return false;
	}
	sh_status = 0;
	return true;
}

/* Commands joined by &&. */
static int run_chain(struct token *tokens, int count)
{
	for (int begin = 0, end; begin < count; begin = end + 1) {
		for (end = begin; end < count && tokens[end].operator != TWICE('&'); end++)
			;
		if (end > begin && !run_builtin(tokens + begin, end - begin))
			sh_status = run_pipeline(tokens + begin, end - begin);
		if (sh_status)
			break;
	}
	return sh_status;
}

static void run_behind(struct token *tokens, int count)
{
	int pid = fork();

	if (pid == 0) {
		behind = true;
		signal(SIGINT, SIG_IGN);
		exit(run_chain(tokens, count));
	}
	if (interactive)
		printf("[%d]\n", pid);
}

static void run_line(const char *line)
{
	static struct token tokens[TOKENS];
	static char room[2 * LINE];
	int count;

	while ((count = sh_cut(&line, tokens, room, sizeof(room))) > 0) {
		int operator = tokens[count - 1].operator;

		if (operator == '&')
			run_behind(tokens, count - 1);
		else
			run_chain(tokens, operator == ';' ? count - 1 : count);
	}
	if (count < 0)
		print_error("this line cannot be understood", -EINVAL);
}

int sh_main(int argc, char **argv)
{
	char line[LINE];
	struct stat64 input;
	int fd = 0;

	if (argc > 2 && !strcmp(argv[1], "-c")) {
		run_line(argv[2]);
		return sh_status;
	}
	if (argc > 1) {
		fd = open(argv[1], O_RDONLY);
		if (fd < 0)
			fail(argv[1], fd);
	}
	interactive = argc == 1 && fstat(0, &input) == 0 && (input.st_mode & S_IFMT) == S_IFCHR;
	if (interactive)
		signal(SIGINT, SIG_IGN);
	for (;;) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (interactive)
			printf("\033[1;32m$\033[0m ");
		if (read_line(fd, line, sizeof(line)) < 0)
			return sh_status;
		run_line(line);
	}
}
