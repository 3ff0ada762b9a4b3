import { FirstPage } from '#ui/sign-in/first-page.tsx';

export default function Page() {
	return <FirstPage />;
}
