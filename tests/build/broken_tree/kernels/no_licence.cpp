int licence_is_missing();
