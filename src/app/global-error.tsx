'use client';

/** The frame itself broke: plain words, no styles that could break too. */
export default function GlobalError() {
	return (
		<html lang="en">
			<body>
				<main>
					<h1>The portal’s pages broke</h1>
					<p>
						Nothing was written or changed by that. Load the page again; if it stays, tell whoever runs this portal.
					</p>
				</main>
			</body>
		</html>
	);
}
