"""The stage of people: what is known of one person over all chats, partitioned by person."""
