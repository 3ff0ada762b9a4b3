import { ProblemError } from '#api/client';
import { fieldMessage } from '#ui/controls/field-message.ts';
import { headingOf } from '#ui/words.ts';

/** What is wrong with the fields of a new member. */
export type Wrong = { readonly email?: string | undefined; readonly name?: string | undefined };

/** Which field an answer is about; undefined when it is about none. */
export function wrongFields(error: unknown, tenant: string): Wrong | undefined {
	if (!(error instanceof ProblemError)) return undefined;
	if (error.code === 'already_member')
		return { email: `${headingOf(error.code, { tenant })}. To change their role, use the list below.` };
	const wrong = { email: fieldMessage(error, 'email'), name: fieldMessage(error, 'name') };
	return wrong.email === undefined && wrong.name === undefined ? undefined : wrong;
}
