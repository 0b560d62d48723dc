/* The other unit of `habits.c`: it completes a type that the first only declares, and has variables of the same names. */
struct hidden { int secret : 5; int : 0; unsigned char at[3]; struct hidden *self; };
struct hidden hidden_array[2] = { { -16, { 1, 2, 3 }, &hidden_array[1] }, { 15, { 4, 5, 6 }, hidden_array } };
struct hidden *hidden = &hidden_array[1];
static int counted = -55;
static unsigned char same_name = 200;

int elsewhere(int x)
{
	static int entered = 7;
	return x + counted++ + same_name++ + entered++;
}
