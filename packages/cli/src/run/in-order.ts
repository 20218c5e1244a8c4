/** Answers in the order in which was asked: a broker gives them in any. */
export function inOrderOf<Answer extends { readonly name: string | null }>(
  names: readonly string[],
  answers: readonly Answer[],
): readonly Answer[] {
  const place = ({ name }: Answer) => names.indexOf(name ?? '');
  return answers.toSorted((a, b) => place(a) - place(b));
}
