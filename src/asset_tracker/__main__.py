from asset_tracker.cli import main

main()
