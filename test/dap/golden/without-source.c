/* Compiled without debug information. */
int without_source(int value)
{
	return value * 3;
}
